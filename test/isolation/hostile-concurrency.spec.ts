import { randomInt } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { draws } from '../support/draws';

const CONNECTIONS = 4;
const TENANTS = 20;
const REQUESTS = 200;
const AT_ONCE = 40;
const numberOf = (at: number) => `+336121${String(10_000 + at)}`;

/** A tenant whose every row carries its marker. */
interface Tenant {
  readonly marker: string;
  readonly accessToken: string;
  readonly callId: string;
  readonly phoneNumberId: string;
}
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** What the answer is when nobody disturbs; the last two have failed inside their transaction. */
  readonly status: number;
}

let app: TestApp;
let pool: Pool;
let url: string;
let tenants: Tenant[];

beforeAll(async () => {
  app = await startApp();
  const driver = app.app.get(DataSource).driver as unknown as { master: Pool };
  pool = driver.master;
  // pg-pool reads it whenever a connection is asked for.
  pool.options.max = CONNECTIONS;
  tenants = [];
  for (let at = 0; at < TENANTS; at += 1) tenants.push(await tenantWith(`marker-${at}-`));
  await app.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(async () => {
  // A client that was stopped before it sent anything would hold the server for as long as it may be silent.
  app.app.getHttpServer().closeAllConnections();
  await app.close();
});

async function tenantWith(marker: string): Promise<Tenant> {
  const person: Person = await register(app, marker, { tenantName: marker });
  const { client, accessToken } = person;
  await client.patch('/ava-profile', { name: marker, instructions: marker });
  const number = await client.post('/phone-numbers', { number: numberOf(0), label: marker });
  const call = await client.post('/calls', callOf(marker, marker));
  return {
    marker,
    accessToken,
    callId: call.body.id as string,
    phoneNumberId: number.body.id as string,
  };
}

const callOf = (marker: string, providerCallId: string) => ({
  startedAt: '2025-01-31T09:30:00Z',
  direction: 'inbound',
  status: 'ended',
  transcript: marker,
  summary: marker,
  providerCallId,
});

/** Every kind of request, of one tenant that knows the ids of another. */
function requests(own: Tenant, other: Tenant, newId: string): Sent[] {
  const call = `/calls/${own.callId}`;
  return [
    { method: 'GET', path: '/calls', status: 200 },
    { method: 'GET', path: call, status: 200 },
    { method: 'GET', path: '/ava-profile', status: 200 },
    { method: 'GET', path: '/phone-numbers', status: 200 },
    { method: 'GET', path: '/me', status: 200 },
    { method: 'GET', path: '/tenant', status: 200 },
    { method: 'PATCH', path: call, body: { notes: own.marker }, status: 200 },
    { method: 'POST', path: '/calls', body: callOf(own.marker, newId), status: 201 },
    { method: 'GET', path: `/calls/${other.callId}`, status: 404 },
    { method: 'DELETE', path: `/calls/${other.callId}`, status: 404 },
    {
      method: 'POST',
      path: '/calls',
      body: { ...callOf(own.marker, newId), phoneNumberId: other.phoneNumberId },
      status: 400,
    },
    { method: 'POST', path: '/phone-numbers', body: { number: numberOf(0) }, status: 409 },
  ];
}

async function send({ accessToken }: Tenant, { method, path, body }: Sent, signal: AbortSignal) {
  const answer = await fetch(`${url}${path}`, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${accessToken}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, text: await answer.text() };
}

/** What is wrong with an answer; undefined when it is one of those that may be. */
function faultOf(own: Tenant, sent: Sent, answer: { status: number; text: string }) {
  const { status, text } = answer;
  const markers = new Set(text.match(/marker-\d+-/g) ?? []);
  const foreign = [...markers].filter((marker) => marker !== own.marker);
  const blind = status < 300 && !markers.has(own.marker);
  if (foreign.length === 0 && !blind && (status === sent.status || status === 503))
    return undefined;
  return `${sent.method} ${sent.path} of ${own.marker}: ${status} ${text.slice(0, 300)}`;
}

/** Ends one of the server's connections, whatever it is doing, and waits until it is no more. */
async function killOne(which: number): Promise<void> {
  await app.sql(
    `SELECT pg_terminate_backend(pid, 10000) FROM (
       SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ava-api'
        ORDER BY pid OFFSET $1 LIMIT 1) one`,
    [which],
  );
}

/** All requests, forty at a time; each answer is the moment to cancel another or to kill a connection. */
async function storm(seed: number) {
  const draw = draws(seed);
  const pick = <T>(of: readonly T[]) => of[draw(of.length)] as T;
  const underWay = new Set<AbortController>();
  const seen = { answered: 0, cancelled: 0, unavailable: 0, faults: [] as string[] };
  let next = 0;
  const worker = async () => {
    while (next < REQUESTS) {
      next += 1;
      const newId = `${seed}-${next}`;
      const own = pick(tenants);
      const sent = pick(requests(own, pick(tenants.filter((one) => one !== own)), newId));
      const control = new AbortController();
      underWay.add(control);
      const answer = await send(own, sent, control.signal).catch(() => undefined);
      underWay.delete(control);
      if (answer === undefined) {
        seen.cancelled += 1;
        if (!control.signal.aborted) seen.faults.push(`${sent.method} ${sent.path}: no answer`);
      } else {
        if (answer.status === sent.status) seen.answered += 1;
        else seen.unavailable += 1;
        const fault = faultOf(own, sent, answer);
        if (fault !== undefined) seen.faults.push(fault);
      }
      if (draw(6) === 0 && underWay.size > 0) pick([...underWay]).abort();
      if (draw(12) === 0) await killOne(draw(CONNECTIONS));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return seen;
}

const STATE = `SELECT current_user = session_user AS itself, current_setting('statement_timeout') AS patience, ARRAY(
  SELECT coalesce(current_setting('ava.' || name, true), '')
    FROM unnest(ARRAY['session_id', 'user_id', 'tenant_id', 'server_proof', 'identity_user']) AS name) AS context`;
const CLEAN = {
  itself: true,
  patience: '0',
  context: ['', '', '', '', ''],
  state: 'idle',
};

/** @returns undefined of a connection that was ended while it lay in the pool */
async function stateOf(client: PoolClient) {
  try {
    const { rows } = await client.query<Record<string, unknown>>(STATE);
    const [activity] = await app.sql<{ state: string }>(
      'SELECT state FROM pg_stat_activity WHERE pid = $1',
      [(client as unknown as { processID: number }).processID],
    );
    return { ...rows[0], ...activity };
  } catch {
    return undefined;
  }
}
const ignore = () => undefined;

async function takeOut(): Promise<PoolClient> {
  const client = await pool.connect();
  client.on('error', ignore);
  return client;
}

/** Of every pooled connection, once no request is left that asks for one: cancelled ones are worked through as well. */
async function statesOfAll() {
  for (;;) {
    const all = await Promise.all(Array.from({ length: CONNECTIONS }, takeOut));
    const states = await Promise.all(all.map(stateOf));
    for (let turns = 0; turns < 20; turns += 1) await turn();
    const quiet = pool.waitingCount === 0;
    all.forEach((client, at) => {
      client.removeListener('error', ignore);
      client.release(states[at] === undefined);
    });
    if (quiet && !states.includes(undefined)) return states;
  }
}

describe('two hundred requests of twenty tenants on four connections', () => {
  const seeds = Array.from({ length: 3 }, () => randomInt(2 ** 32));

  it.each(seeds)(
    'mix no rows, though clients cancel, statements fail and connections die (seed %i)',
    async (seed) => {
      const { faults, answered, cancelled } = await storm(seed);
      const states = await statesOfAll();

      expect(faults).toEqual([]);
      expect(states).toEqual([CLEAN, CLEAN, CLEAN, CLEAN]);
      // Otherwise nothing was tried.
      expect(answered).toBeGreaterThan(REQUESTS / 4);
      expect(cancelled).toBeGreaterThan(0);
    },
  );
});

describe('a connection that dies before its user listens', () => {
  it('ends nothing but itself', async () => {
    const client = await pool.connect();

    const dying = () => client.emit('error', new Error('terminating connection'));

    expect(dying).not.toThrow();
    client.release(true);
  });
});
