import type { FastifyInstance } from 'fastify';

const tables = new WeakMap<object, Map<string, { pattern: RegExp; methods: Set<string> }>>();

/** Remembers each route as it is added, so that a wrong method can be told from an unknown path (405 from 404). */
export function rememberRoutes(fastify: FastifyInstance): void {
  const table = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  tables.set(fastify.server, table);
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const row = table.get(url) ?? { pattern: toPattern(url), methods: new Set() };
    for (const name of [method].flat()) row.methods.add(name);
    table.set(url, row);
  });
}

/** The methods of the routes that match this path; none for an unknown path. */
export function allowedMethods(fastify: FastifyInstance, url: string): string[] {
  const path = url.split('?', 1)[0] ?? '';
  const rows = [...(tables.get(fastify.server)?.values() ?? [])];
  return [
    ...new Set(rows.filter((r) => r.pattern.test(path)).flatMap((r) => [...r.methods])),
  ].sort();
}

function toPattern(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}
