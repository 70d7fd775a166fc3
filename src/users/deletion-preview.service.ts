import { Injectable } from '@nestjs/common';
import { CredentialsService } from '../credentials/credentials.service';
import { IdentityDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { DeletionPreview, type PersonView } from './deletion-preview.dto';

/** One tenant of the person, as `ava.departure` counts it; bigint arrives as text. */
interface Departure {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly calls: string | null;
  readonly numbers: string;
  readonly heir: PersonView | null;
  readonly others: readonly PersonView[];
}

const LIVE_SESSIONS = `
  SELECT count(*)::int AS count FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()`;

/** What `DELETE /me` would do, told before. */
@Injectable()
export class DeletionPreviewService {
  constructor(
    private readonly identity: IdentityDb,
    private readonly credentials: CredentialsService,
  ) {}

  async preview(who: Principal): Promise<DeletionPreview> {
    const held = await this.credentials.held(who);
    const { tenants, sessions } = await this.identity.run(who.userId, async (em) => {
      const [live] = await em.query<[{ count: number }]>(LIVE_SESSIONS, [who.userId]);
      const rows = await em.query<Departure[]>('SELECT * FROM ava.departure()');
      return { tenants: rows, sessions: live.count };
    });
    const shared = tenants.filter(({ others }) => others.length > 0);
    // Without another owner nobody is there to hand over to, and an owner must stay.
    const blocking = shared.filter(({ role, heir }) => role === 'owner' && heir === null);
    return {
      possible: blocking.length === 0,
      deleted: tenants.filter(({ others }) => others.length === 0).map(asDeleted),
      kept: shared.filter((tenant) => !blocking.includes(tenant)).map(asKept),
      blocking: blocking.map(({ id, name, others }) => ({ id, name, candidates: [...others] })),
      sessions,
      credentials: (['vapi', 'twilio'] as const).filter((provider) => held[provider].configured),
    };
  }
}

const asDeleted = ({ id, name, calls, numbers }: Departure) => ({
  id,
  name,
  calls: Number(calls),
  phoneNumbers: Number(numbers),
});

const asKept = ({ id, name, numbers, heir }: Departure) => ({
  id,
  name,
  phoneNumbers: Number(numbers),
  handedTo: heir,
});
