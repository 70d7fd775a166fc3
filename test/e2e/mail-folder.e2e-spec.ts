import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Jobs } from '../../src/jobs/jobs.service';
import { startApp, type TestApp } from '../support/app';
import { temporaryFolder } from '../support/database';
import { storedJob } from '../support/jobs';
import { invitation, loadWith, post, reader, secretToken } from '../support/mail';
import { register } from '../support/people';

let app: TestApp;
let folder: string;

beforeAll(async () => {
  const home = temporaryFolder();
  folder = join(home, 'mails');
  app = await startApp({ AVA_DATA_DIR: home });
  loadWith(app, 'invitation', () => Promise.resolve(invitation(app)));
});
afterAll(() => app.close());

describe('without an SMTP server', () => {
  it('a mail is a file that nobody else can read, and the log tells where it is and not what is in it', async () => {
    const alice = await register(app, 'alice');
    await app.sql('DELETE FROM pgboss.job');
    const id = await post(app, alice);

    await app.app.get(Jobs).runDue();

    const [file = ''] = await readdir(folder);
    const path = join(folder, file);
    expect(file).toMatch(new RegExp(`-invitation-${id}\\.eml$`));
    expect(await readFile(path, 'utf8')).toContain(`To: ${reader}`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(app.logs()).toContain(path);
    expect(app.logs()).not.toContain(secretToken);
    expect(app.logs()).not.toContain(reader);
  });

  it('the newest 200 stay, and what is no mail is left alone', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'notes.txt'), '');
    for (let n = 0; n < 220; n++) {
      await writeFile(join(folder, `2020-01-01T00-00-${String(n).padStart(4, '0')}.eml`), '');
    }
    await post(app, await register(app, 'bob'));

    await app.app.get(Jobs).runDue();

    const files = await readdir(folder);
    expect(files.filter((file) => file.endsWith('.eml'))).toHaveLength(200);
    expect(files.filter((file) => file.includes('-invitation-')).length).toBeGreaterThan(0);
    expect(files).toContain('notes.txt');
  });

  it('a mail that cannot be written is tried again', async () => {
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'a file where the folder should be');
    const id = await post(app, await register(app, 'carol'));

    await app.app.get(Jobs).runDue();

    expect(await storedJob(app, id)).toMatchObject({
      state: 'retry',
      output: { code: 'mail.not_written' },
    });
  });
});
