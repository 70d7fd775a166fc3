import { parseEnv } from './env';
import { resolveSettings } from './settings';

const complete = {
  DATABASE_URL: 'postgres://ava:sesame@db:5432/ava',
  ENCRYPTION_KEY: 'VN6Yc9vqNa9-2v7WTlOigo-oXzmBwm8q8R0iIZcJ3NM=',
  JWT_SECRET: 'a-secret-of-more-than-32-bytes-for-this',
  AVA_DATA_DIR: '/var/lib/ava',
};

describe('what is told at the start', () => {
  it('is where mails go when there is no SMTP server', async () => {
    const { notices } = await resolveSettings(parseEnv(complete));

    expect(notices).toEqual([
      'No SMTP_URL is set: mails are not sent, but written to /var/lib/ava/mails.',
    ]);
  });

  it('is nothing when there is one', async () => {
    const env = parseEnv({ ...complete, SMTP_URL: 'smtp://user:sesame@mail:25' });

    expect((await resolveSettings(env)).notices).toEqual([]);
  });
});
