import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { DeliveryFailure, type Delivery, type Parcel } from './delivery';

const MOST = 200;

/** Without an SMTP server mails are files, which a mail program opens. Readable by this user only: they hold tokens. */
export class FolderDelivery implements Delivery {
  private readonly logger = new Logger('Mail');

  constructor(private readonly folder: string) {}

  async deliver({ bytes, name }: Parcel): Promise<void> {
    const at = new Date().toISOString().replaceAll(':', '-');
    const file = join(this.folder, `${at}-${name}.eml`);
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.clear(MOST - 1);
      await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
    } catch {
      throw new DeliveryFailure('mail.not_written');
    }
    this.logger.warn(`A mail was not sent but written to ${file}`);
  }

  private async clear(most: number): Promise<void> {
    const files = (await readdir(this.folder)).filter((file) => file.endsWith('.eml')).toSorted();
    for (const old of files.slice(0, -most)) await rm(join(this.folder, old), { force: true });
  }
}
