import type { DocumentedOperation } from '../support/api-document';
import { format } from 'node:util';
import type { TestApp } from '../support/app';
import { query, type TestDatabase } from '../support/database';
import { customer, type Customer } from './customer';
import { credentials } from './secrets';

/** What is printed past the logger. */
export function overhear(): readonly string[] {
  const output: string[] = [];
  for (const way of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(console, way).mockImplementation((...said) => output.push(format(...said)));
  }
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...chunk: unknown[]) => boolean;
    jest.spyOn(stream, 'write').mockImplementation((...chunk: unknown[]) => {
      output.push(String(chunk[0]));
      return write(...chunk);
    });
  }
  return output;
}

/** The embedded server leaves statements that fail out of its log; most others do not. */
export async function logAsServersUsuallyDo({ adminUrl }: TestDatabase): Promise<void> {
  const name = new URL(adminUrl).pathname.slice(1);
  for (const setting of [
    `log_min_messages = 'warning'`,
    `log_min_error_statement = 'error'`,
    `log_error_verbosity = 'default'`,
  ]) {
    await query(adminUrl, `ALTER DATABASE ${name} SET ${setting}`);
  }
}

/** Somebody whose provider credentials bear the mark. */
export async function planted(app: TestApp, who: DocumentedOperation['who']): Promise<Customer> {
  const role = who === 'public' || who === 'operator' ? 'owner' : who;
  const person = await customer(app, 'paula', { role });
  const { apiKey, ...twilio } = credentials;
  await person.client.post('/vapi-settings', { apiKey });
  await person.client.post('/twilio-settings', twilio);
  if (who === 'operator') {
    await app.sql('UPDATE users SET operator = true WHERE id = $1', [person.userId]);
  }
  return person;
}
