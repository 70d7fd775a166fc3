/* The least that can answer these requests: Fastify, pg with prepared statements, no ORM, no policies, no log. */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { Pool } from 'pg';
import { parseKeyring, Vault } from '../src/kernel/security/vault';
import * as schemas from './limit-schemas';
import * as statements from './limit-statements';

const { DATABASE_URL, ENCRYPTION_KEY = '', JWT_SECRET = '', PORT, HOST } = process.env;

const COLUMN = 'users.vapi_api_key';
const key = createSecretKey(Buffer.from(JWT_SECRET));
const vault = new Vault(parseKeyring(ENCRYPTION_KEY));
const pool = new Pool({ connectionString: DATABASE_URL, max: 10, idleTimeoutMillis: 300_000 });
const fastify = Fastify();

interface Claims {
  readonly sub: string;
  readonly tid: string;
  readonly exp: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    claims: Claims;
  }
}

function claimsOf(header = ''): Claims | undefined {
  const token = header.slice('Bearer '.length);
  const dot = token.lastIndexOf('.');
  const mac = createHmac('sha256', key).update(token.slice(0, dot)).digest();
  const given = Buffer.from(token.slice(dot + 1), 'base64url');
  if (given.length !== mac.length || !timingSafeEqual(given, mac)) return undefined;
  const payload = token.slice(token.indexOf('.') + 1, dot);
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  return claims.exp * 1000 > Date.now() ? claims : undefined;
}

fastify.decorateRequest('claims');

function authenticate(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const claims = claimsOf(request.headers.authorization);
  if (claims === undefined) {
    void reply.code(401).send();
    return;
  }
  request.claims = claims;
  done();
}

interface CallRow {
  readonly id: string;
  readonly at: string;
}

interface SettingsRow {
  readonly key: string | null;
  readonly updatedAt: Date | null;
  readonly verifiedAt: Date | null;
  readonly status: string;
}

async function rows<Row extends object>(
  statement: { name: string; text: string },
  values: unknown[],
): Promise<Row[]> {
  return (await pool.query<Row>({ ...statement, values })).rows;
}

fastify.get('/health/ready', async () => {
  await pool.query('SELECT 1');
  return { status: 'ready' };
});

fastify.get<{ Querystring: { limit: number; cursor?: string } }>(
  '/calls',
  { onRequest: authenticate, schema: schemas.list },
  async ({ claims, query: { limit, cursor } }) => {
    const [at, id] = cursor ? Buffer.from(cursor, 'base64url').toString().split('/') : [];
    const found =
      id === undefined
        ? await rows<CallRow>(statements.firstPage, [claims.tid, limit + 1])
        : await rows<CallRow>(statements.nextPage, [claims.tid, limit + 1, at, id]);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const more = found.length > limit && last;
    const nextCursor = more ? Buffer.from(`${last.at}/${last.id}`).toString('base64url') : null;
    return { items, nextCursor };
  },
);

fastify.get<{ Params: { id: string } }>(
  '/calls/:id',
  { onRequest: authenticate, schema: schemas.one },
  async ({ claims, params: { id }, url }, reply) => {
    const [call] = await rows(statements.oneCall, [claims.tid, id]);
    return call ?? reply.code(404).type('application/problem+json').send(notFound(url));
  },
);

fastify.get(
  '/vapi-settings',
  { onRequest: authenticate, schema: schemas.settings },
  async ({ claims: { sub } }) => {
    const [row] = await rows<SettingsRow>(statements.readSettings, [sub]);
    return settings(row, row?.key ? vault.open(COLUMN, sub, row.key) : null);
  },
);

fastify.post<{ Body: { apiKey: string } }>(
  '/vapi-settings',
  { onRequest: authenticate, schema: schemas.saveSettings },
  async ({ claims: { sub }, body: { apiKey } }) => {
    const sealed = vault.seal(COLUMN, sub, apiKey);
    const [row] = await rows<SettingsRow>(statements.saveSettings, [sub, sealed]);
    return settings(row, apiKey);
  },
);

function settings(row: SettingsRow | undefined, text: string | null) {
  return { ...row, configured: text !== null, apiKey: text && mask(text) };
}

function mask(text: string): string {
  return text.length < 16 ? '••••' : `${text.slice(0, 4)}…${text.slice(-4)}`;
}

function notFound(instance: string) {
  return {
    type: 'urn:ava:problem:call.not_found',
    title: 'No such call',
    status: 404,
    detail: 'There is no such call in this tenant.',
    code: 'call.not_found',
    instance,
    requestId: '00000000-0000-4000-8000-000000000000',
  };
}

async function stop(): Promise<void> {
  await fastify.close();
  await pool.end();
}

process.once('SIGTERM', () => void stop());
void fastify.listen({ port: Number(PORT), host: HOST ?? '127.0.0.1' });
