import type { OpenAPIObject } from '@nestjs/swagger';
import type { DocumentedOperation } from '../support/api-document';
import type { Method } from '../support/client';
import type { Customer } from './customer';
import type { IsolationEntry } from './operations';
import { withField } from './requests';

/** A request of a customer; `what` says what is wrong with it. */
export interface Sent {
  readonly what: string;
  readonly method: Method;
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asking {
  readonly entry: IsolationEntry;
  readonly documented: DocumentedOperation;
  readonly document: OpenAPIObject;
}

/** The valid one. */
export function ownRequest({ entry, documented }: Asking, own: Customer): Sent {
  const { path = {}, body = {} } = entry.ids ?? {};
  return {
    what: 'valid',
    method: documented.method,
    url: documented.path.replace(/\{(\w+)\}/g, (_, name: string) => own[path[name] ?? 'userId']),
    ...(entry.body || entry.ids?.body
      ? {
          body: Object.entries(body).reduce(
            (all, [field, id]) => withField(all, [field, own[id]]),
            entry.body?.(own) ?? {},
          ),
        }
      : {}),
  };
}

/** What takes lines of JSON is sent one. */
export function asLine(request: Sent): Sent {
  const { body, headers } = request;
  if (typeof body !== 'object') return request;
  const type = { 'content-type': 'application/x-ndjson' };
  return { ...request, body: `${JSON.stringify(body)}\n`, headers: { ...type, ...headers } };
}

// What a client says of itself is kept on purpose, and not in this list: user-agent, x-request-id.
const HEADERS = [
  'accept',
  'accept-language',
  'cookie',
  'host',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'origin',
  'referer',
  'x-api-key',
  'x-forwarded-for',
];

/** The same request with a secret in every place where none belongs. */
export function poisoned(asking: Asking, own: Customer, secret: string): Sent[] {
  const valid = ownRequest(asking, own);
  const { documented } = asking;
  const at = (what: string, change: Partial<Sent>): Sent => ({ ...valid, what, ...change });
  const names = queryNames(documented);
  return [
    ...['unknown', ...names].map((name) =>
      at(`query ${name}`, { url: `${valid.url}?${name}=${secret}` }),
    ),
    at('path', { url: documented.path.replace(/\{\w+\}/, secret) }),
    at('longer path', { url: `${valid.url}/${secret}` }),
    at('broken URL', { url: `${valid.url}/%zz${secret}` }),
    ...HEADERS.map((name) => at(`header ${name}`, { headers: { [name]: secret } })),
    ...['Bearer', 'Basic'].map((scheme) =>
      at(`authorization ${scheme}`, { headers: { authorization: `${scheme} ${secret}` } }),
    ),
    ...(valid.method === 'GET' ? [] : bodies(asking, valid, secret)),
  ];
}

function bodies({ documented, document }: Asking, valid: Sent, secret: string): Sent[] {
  const at = (what: string, body: unknown, headers = {}): Sent => ({
    ...valid,
    what,
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return [
    at('unknown field', { ...(valid.body as object), unknown: secret }),
    at('no object', JSON.stringify(secret)),
    at('malformed JSON', `{"field":"${secret}"`),
    at('bare word', secret),
    at('another type', secret, { 'content-type': `text/${secret}` }),
    at('prototype', `{"__proto__":{"field":"${secret}"}}`),
    ...fieldNames(documented, document).flatMap((name) => [
      at(`list in ${name}`, { ...(valid.body as object), [name]: [[secret]] }),
      at(`NUL in ${name}`, { ...(valid.body as object), [name]: `${secret}\0` }),
    ]),
  ];
}

function queryNames({ operation }: DocumentedOperation): string[] {
  const parameters = (operation.parameters ?? []) as readonly { name: string; in: string }[];
  return parameters.filter((one) => one.in === 'query').map(({ name }) => name);
}

function fieldNames({ operation }: DocumentedOperation, { components }: OpenAPIObject): string[] {
  const name = /schemas\/(\w+)/.exec(JSON.stringify(operation.requestBody ?? null))?.[1] ?? '';
  const schema = components?.schemas?.[name] as { properties?: object } | undefined;
  return Object.keys(schema?.properties ?? {});
}
