import { randomBytes } from 'node:crypto';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { Mail } from '../../src/mail/mail.service';
import type { Letter, LoadLetter, Template } from '../../src/mail/mail.types';
import type { TestApp } from './app';
import { caller } from './jobs';
import type { Person } from './people';

/** Nowhere but in the mail itself. */
export const secretToken = randomBytes(32).toString('base64url');
export const reader = 'bob.reader@example.com';

/** In place of the module whose rows the letters would be read from. */
export function loadWith<T extends Template>(app: TestApp, template: T, load: LoadLetter<T>): void {
  const mail: unknown = app.app.get(Mail);
  (mail as { loaders: Map<string, LoadLetter<T>> }).loaders.set(template, load);
}

export function invitation(
  app: TestApp,
  more: Partial<Letter<'invitation'>> = {},
): Letter<'invitation'> {
  return {
    to: reader,
    locale: 'fr',
    values: {
      inviter: 'Élise',
      tenant: 'Atelier & Fils',
      role: 'member',
      expiresAt: new Date('2026-01-31T09:30:00Z'),
    },
    link: app.app.get(Mail).link('/invitations/accept', secretToken),
    ...more,
  };
}

/** As a feature does, in the transaction of its own rows. */
export async function post(
  app: TestApp,
  person: Person,
  template: Template = 'invitation',
): Promise<string> {
  await app.app
    .get(TenantDb)
    .run(caller(person), (em) => app.app.get(Mail).post(em, template, person.tenantId));
  const [job] = await app.sql<{ id: string }>(
    'SELECT id FROM pgboss.job ORDER BY created_on DESC LIMIT 1',
  );
  return job?.id ?? '';
}
