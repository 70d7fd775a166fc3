import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { DELIVERY, type Delivery } from './delivery';
import { FolderDelivery } from './folder-delivery';
import { MailAttempts } from './mail-attempts';
import { Mail } from './mail.service';
import { SmtpDelivery } from './smtp-delivery';

@Module({
  imports: [JobsModule],
  providers: [
    Mail,
    MailAttempts,
    {
      provide: DELIVERY,
      inject: [SETTINGS],
      useFactory: ({ smtpUrl, dataDir }: Settings): Delivery =>
        smtpUrl === undefined
          ? new FolderDelivery(join(dataDir, 'mails'))
          : new SmtpDelivery(smtpUrl),
    },
  ],
  exports: [Mail],
})
export class MailModule {}
