import { Jobs } from '../../src/jobs/jobs.service';
import { startApp, type TestApp } from './app';
import { MailServer } from './mail-server';

/** The application with a mail server, and what arrives there. */
export interface MailApp extends TestApp {
  readonly server: MailServer;
  /** Runs what is due. @returns the mails that arrived by it */
  arriving(): Promise<ArrivedMail[]>;
}

interface ArrivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The page of the link. */
  readonly page: string;
  /** What stands behind `#token=`, as the page reads it. */
  readonly token: string;
}

export async function startMailApp(environment: NodeJS.ProcessEnv = {}): Promise<MailApp> {
  const server = await MailServer.start();
  const app = await startApp({
    SMTP_URL: server.url,
    MAIL_FROM: 'Ava <ava@mail.example.com>',
    APP_URL: 'https://app.example.com',
    ...environment,
  });
  return {
    ...app,
    server,
    arriving: async () => {
      server.received.length = 0;
      await app.app.get(Jobs).runDue();
      return server.received.map((mail) => {
        const text = mail.parts['text/plain'] ?? '';
        const [, page = '', token = ''] =
          /https:\/\/app\.example\.com(\/[\w/-]*)(?:#token=([\w-]+))?/.exec(text) ?? [];
        return { to: mail.to.join(), subject: mail.header('Subject'), text, page, token };
      });
    },
    close: async () => {
      await app.close();
      await server.down();
    },
  };
}
