import { Global, Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings';
import { Keyset } from '../http/keyset';
import { PasswordConfirmation } from './password-confirmation';
import { Passwords } from './passwords';
import { RateLimits } from './rate-limits';
import { parseKeyring, Vault } from './vault';

@Global()
@Module({
  providers: [
    Keyset,
    Passwords,
    PasswordConfirmation,
    RateLimits,
    {
      provide: Vault,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new Vault(parseKeyring(settings.encryptionKey)),
    },
  ],
  exports: [Keyset, Passwords, PasswordConfirmation, RateLimits, Vault],
})
export class SecurityModule {}
