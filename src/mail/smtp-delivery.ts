import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import { DeliveryFailure, type Delivery, type Parcel } from './delivery';

/** Milliseconds: for the connection, the greeting and between two signs of life; and for all of it, less than a job has. */
const PATIENCE = { silence: 10_000, whole: 45_000 };

interface Refusal {
  readonly responseCode?: number;
  readonly command?: string;
}

/**
 * One connection for each mail. nodemailer's connection rather than its transport: only here can be told whether the
 * message had begun to travel when something broke.
 */
export class SmtpDelivery implements Delivery {
  private readonly options: ReturnType<typeof parseConnectionUrl>;

  constructor(
    url: string,
    private readonly patience = PATIENCE,
  ) {
    this.options = parseConnectionUrl(url);
  }

  async deliver({ from, to, bytes }: Parcel): Promise<void> {
    const journey = { begun: false };
    // Read once the server has answered to DATA, and not before.
    const message = new Readable({
      read() {
        journey.begun = true;
        this.push(bytes);
        this.push(null);
      },
    });
    const connection = this.connection();
    // Also heard by `connect` and `send`; with nobody listening it would end the process.
    const broken = new Promise<never>((_, reject) => {
      connection.on('error', reject);
      connection.once('end', () => {
        reject(new Error('The connection was closed.'));
      });
    });
    // A server that says a word now and then would hold it for ever.
    const late = setTimeout(() => {
      connection.emit('error', new Error('It took too long.'));
    }, this.patience.whole);
    try {
      await Promise.race([
        this.send(connection, { from, to, message, size: bytes.length }),
        broken,
      ]);
      connection.quit();
    } catch (error) {
      connection.close();
      throw journey.begun && !hasReply(error) ? error : failureOf(error as Refusal);
    } finally {
      clearTimeout(late);
    }
  }

  private async send(
    connection: SMTPConnection,
    {
      from,
      to,
      message,
      size,
    }: Omit<Parcel, 'bytes' | 'name'> & { message: Readable; size: number },
  ): Promise<void> {
    await answered((done) => {
      connection.connect(done);
    });
    const { auth } = this.options;
    if (auth) {
      await answered((done) => {
        connection.login(auth, done);
      });
    }
    await answered((done) => {
      connection.send({ from, to: [to], size }, message, done);
    });
  }

  private connection(): SMTPConnection {
    const { auth: _auth, ...options } = this.options;
    const { silence } = this.patience;
    return new SMTPConnection({
      ...options,
      logger: false,
      connectionTimeout: silence,
      greetingTimeout: silence,
      socketTimeout: silence,
      dnsTimeout: silence,
    });
  }
}

function answered(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    ask((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const hasReply = (error: unknown) => (error as Refusal).responseCode !== undefined;

/** A 5xx to the recipient or to the message is about this mail; any other is about the server or our login there. */
function failureOf({ responseCode = 0, command = '' }: Refusal): DeliveryFailure {
  if (responseCode === 0) return new DeliveryFailure('mail.unreachable');
  const aboutThisMail = ['RCPT TO', 'DATA'].includes(command);
  if (responseCode >= 500 && aboutThisMail) return new DeliveryFailure('mail.rejected', true);
  return new DeliveryFailure('mail.refused');
}
