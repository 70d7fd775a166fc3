import { SmtpDelivery } from '../../src/mail/smtp-delivery';
import { MailServer } from '../support/mail-server';

const parcel = {
  from: 'ava@example.com',
  to: 'bob@example.com',
  name: 'test',
  bytes: Buffer.from('Subject: Hello\r\n\r\n.\r\nA line of one dot stands above.\r\n'),
};

let server: MailServer;

beforeAll(async () => {
  server = await MailServer.start({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'ava' && password === 'p@ss word') done(null, { user: 'ava' });
      else done(new Error(`no such login: ${username ?? ''} ${password ?? ''}`));
    },
  });
});
afterAll(() => server.down());

const as = (login: string) => new SmtpDelivery(server.url.replace('//', `//${login}`));

describe('an SMTP server that wants a login', () => {
  it('gets that of the URL, and the message byte for byte', async () => {
    await as('ava:p%40ss%20word@').deliver(parcel);

    expect(server.received.map(({ source }) => source)).toEqual([parcel.bytes.toString()]);
  });

  it.each(['ava:wrong-password@', ''])(
    'that refuses %j is asked again later, as the login may be put right; the error holds nothing of it',
    async (login) => {
      const error: unknown = await as(login)
        .deliver(parcel)
        .catch((why: unknown) => why);

      expect(error).toMatchObject({ code: 'mail.refused', forGood: false });
      expect(String((error as Error).stack)).not.toMatch(/wrong-password|bob@/);
    },
  );
});

describe('a host that cannot be asked', () => {
  it.each(['smtp://127.0.0.1:1', 'smtp://nowhere.invalid', 'smtps://127.0.0.1:1'])(
    'is unreachable: %s',
    async (url) => {
      await expect(new SmtpDelivery(url).deliver(parcel)).rejects.toMatchObject({
        code: 'mail.unreachable',
        forGood: false,
      });
    },
  );
});
