import type { TestApp } from '../support/app';
import { Client } from '../support/client';
import { join, login, register } from '../support/people';
import { refusedHeaders } from '../support/refused-tokens';
import { absent, customer, type Customer, type Ids } from './customer';
import type { Ownership } from './ownership';

/** Who takes part: Alice calls, with her token or one that should not work; Bob must stay unseen and untouched. */
export interface World {
  readonly alice: Customer;
  readonly bob: Customer;
  /** In the form of Bob's ids, but never given to anything. */
  readonly nobody: Ids;
  /** Alice's tenant as seen by others: the same rows, another token. */
  readonly asMember: Customer;
  readonly asAdmin: Customer;
  readonly asRemoved: Customer;
  readonly asLoggedOut: Customer;
  readonly suspended: Customer;
  /** Authorization headers made from Alice's token that must open nothing. */
  readonly forged: ReturnType<typeof refusedHeaders>;
  /** Text that only Bob has → where it stands. */
  readonly markers: ReadonlyMap<string, string>;
}

export async function worldOf(app: TestApp, ownership: Ownership): Promise<World> {
  const alice = await customer(app, 'alice');
  // The newest rows of all: a list that forgot the tenant begins with them.
  const bob = await customer(app, 'bob', { since: '2099-01-01' });
  const suspended = await customer(app, 'sue');
  await app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [suspended.tenantId]);
  const rows = await ownership.markers(bob, alice);
  return {
    alice,
    bob,
    suspended,
    nobody: absent(bob),
    asMember: { ...alice, accessToken: await joined(app, alice, 'member') },
    asAdmin: { ...alice, accessToken: await joined(app, alice, 'admin') },
    asRemoved: { ...alice, accessToken: await removed(app, alice) },
    asLoggedOut: { ...alice, accessToken: await loggedOut(app, alice) },
    forged: refusedHeaders(alice.accessToken),
    markers: new Map([...rows, ...bob.secrets.map((text) => [text, 'a secret'] as const)]),
  };
}

async function joined(app: TestApp, { tenantId }: Customer, role: 'member' | 'admin') {
  return (await join(app, await register(app, role), { tenantId, role })).accessToken;
}

async function removed(app: TestApp, { tenantId }: Customer): Promise<string> {
  const person = await join(app, await register(app, 'rita'), { tenantId, role: 'admin' });
  await app.sql('DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2', [
    tenantId,
    person.userId,
  ]);
  return person.accessToken;
}

async function loggedOut(app: TestApp, { email }: Customer): Promise<string> {
  const { accessToken } = await login(app, email);
  await new Client(app.app).as(accessToken).post('/auth/logout');
  return accessToken;
}
