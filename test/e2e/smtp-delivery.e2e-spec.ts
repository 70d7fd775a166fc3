import { createServer, type AddressInfo, type Socket } from 'node:net';
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
    lateGreeting: true,
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

describe('a server that offers STARTTLS', () => {
  let offering: MailServer;
  const secure: boolean[] = [];
  beforeAll(async () => {
    offering = await MailServer.start({
      lateGreeting: true,
      // Of its own certificate it says that everybody has the key: good enough here.
      logger: false,
      disabledCommands: ['AUTH'],
      onMailFrom: (_address, session, done) => {
        secure.push(session.secure);
        done();
      },
    });
  });
  afterAll(() => offering.down());
  beforeEach(() => {
    secure.length = 0;
    offering.received.length = 0;
  });
  const trusting = 'tls.rejectUnauthorized=false';

  it.each([trusting, `requireTLS=true&${trusting}`])(
    'gets the message encrypted: %s',
    async (how) => {
      await new SmtpDelivery(`${offering.url}?${how}`).deliver(parcel);

      expect(secure).toEqual([true]);
      expect(offering.received.map(({ source }) => source)).toEqual([parcel.bytes.toString()]);
    },
  );

  it('gets nothing when its certificate is not one to be trusted, and certainly not in the clear', async () => {
    const delivering = new SmtpDelivery(offering.url).deliver(parcel);

    await expect(delivering).rejects.toMatchObject({ code: 'mail.unreachable', forGood: false });
    expect(secure).toEqual([]);
    expect(offering.received).toEqual([]);
  });

  it('is insisted on with requireTLS: one that does not offer it gets nothing', async () => {
    const before = server.received.length;
    const insisting = new SmtpDelivery(
      `${server.url.replace('//', '//ava:p%40ss%20word@')}?requireTLS=true&${trusting}`,
    );

    await expect(insisting.deliver(parcel)).rejects.toMatchObject({ forGood: false });
    expect(server.received).toHaveLength(before);
  });
});

describe('a server that is silent', () => {
  const open: Socket[] = [];
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
    for (const close of closing.splice(0)) close();
  });

  /** Answers each line as told, and says nothing where nothing is told. */
  async function answering(
    says: (line: string, socket: Socket) => string,
    greeting = '220 hi\r\n',
  ) {
    const listening = createServer((socket) => {
      open.push(socket);
      socket.on('error', () => undefined);
      socket.write(greeting);
      socket.on('data', (data) => {
        socket.write(says(data.toString(), socket));
      });
    });
    await new Promise<void>((resolve) => {
      listening.listen(0, '127.0.0.1', resolve);
    });
    closing.push(() => listening.close());
    return `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }
  const impatient = (url: string, patience = { silence: 100, whole: 60_000 }) =>
    new SmtpDelivery(url, patience).deliver(parcel);
  const polite = (line: string) => (line.startsWith('DATA') ? '354 go on\r\n' : '250 well\r\n');

  it('from the start is left, and asked again later', async () => {
    const url = await answering(() => '', '');

    await expect(impatient(url)).rejects.toMatchObject({
      code: 'mail.unreachable',
      forGood: false,
    });
  });

  it.each(['EHLO', 'MAIL', 'RCPT', 'DATA'])(
    'from %s on is left, and asked again later',
    async (from) => {
      const url = await answering((line) => (line.startsWith(from) ? '' : polite(line)));

      await expect(impatient(url)).rejects.toMatchObject({
        code: 'mail.unreachable',
        forGood: false,
      });
    },
  );

  it('once it has the message may have taken it: nobody knows', async () => {
    const url = await answering((line) =>
      /^(EHLO|MAIL|RCPT|DATA)/.test(line) ? polite(line) : '',
    );

    await expect(impatient(url)).rejects.not.toHaveProperty('forGood');
  });

  it('but for a word now and then is left at the end of all patience', async () => {
    const url = await answering((_line, socket) => {
      const talk = setInterval(() => socket.write('250-one moment\r\n'), 5);
      socket.on('close', () => {
        clearInterval(talk);
      });
      return '';
    });

    const delivering = impatient(url, { silence: 60_000, whole: 200 });

    await expect(delivering).rejects.toMatchObject({ code: 'mail.unreachable', forGood: false });
  });
});
