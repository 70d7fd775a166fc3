import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery, Parcel } from './delivery';

const MOST = 200;

/** Without an SMTP server mails are files, which a mail program opens. Readable by this user only: they hold tokens. */
export class FolderDelivery implements Delivery {
  constructor(private readonly folder: string) {}

  async deliver({ bytes, name }: Parcel): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const at = new Date().toISOString().replaceAll(':', '-');
    await writeFile(join(this.folder, `${at}-${name}.eml`), bytes, { mode: 0o600, flag: 'wx' });
    const files = (await readdir(this.folder)).filter((file) => file.endsWith('.eml')).toSorted();
    for (const file of files.slice(0, -MOST)) await rm(join(this.folder, file), { force: true });
  }
}
