import { Global, Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings';
import { Keyset } from '../http/keyset';
import { MailTokens } from './mail-tokens';
import { PasswordConfirmation } from './password-confirmation';
import { Passwords } from './passwords';
import { RateLimits } from './rate-limits';
import { parseKeyring, Vault } from './vault';
import { VerifiedTokens } from './verified-tokens';

@Global()
@Module({
  providers: [
    Keyset,
    MailTokens,
    Passwords,
    PasswordConfirmation,
    RateLimits,
    VerifiedTokens,
    {
      provide: Vault,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new Vault(parseKeyring(settings.encryptionKey)),
    },
  ],
  exports: [Keyset, MailTokens, Passwords, PasswordConfirmation, RateLimits, Vault, VerifiedTokens],
})
export class SecurityModule {}
