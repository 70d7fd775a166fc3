import type { TestApp } from './app';
import { register, type Person } from './people';

/** Somebody whom a command has made an operator. */
export async function operatorOf(app: TestApp, name = 'olga'): Promise<Person> {
  const person = await register(app, name);
  await app.sql('UPDATE users SET operator = true WHERE id = $1', [person.userId]);
  return person;
}

/** The trail of this person's tenant as its admin reads it: the newest first. */
export async function eventsSeenBy({ client }: Person, query = ''): Promise<Event[]> {
  return (await client.get(`/audit?limit=100${query}`)).body.items as Event[];
}

export interface Event {
  readonly action: string;
  readonly actor: { kind: string; id: string | null; name: string | null; email: string | null };
  readonly target: string | null;
  readonly subjectId: string | null;
  readonly ip: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
