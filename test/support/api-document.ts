import type { OpenAPIObject } from '@nestjs/swagger';
import { Client, type Method } from './client';
import type { TestApp } from './app';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  'x-permission'?: string;
  'x-permission-for-others'?: string;
  'x-least-role'?: 'member' | 'admin' | 'owner' | 'operator';
};

/** One operation of the API document; `id` is `GET /calls/{id}`. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
  /** Open to everybody. */
  readonly open: boolean;
  /** The least role that may call it; `public` needs no token, an `operator` is one whatever the role. */
  readonly who: 'public' | 'member' | 'admin' | 'owner' | 'operator';
}

/** @param app started with `DOCS: 'on'` */
export async function apiDocument({ app }: Pick<TestApp, 'app'>): Promise<OpenAPIObject> {
  return (await new Client(app).get('/openapi.json')).body as OpenAPIObject;
}

/** The path with an id in the place that takes one. */
export function withId(path: string, id: string): string {
  return path.replace(/\{\w+\}/g, () => id);
}

export function operationsOf(document: OpenAPIObject): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([name, operation]) => {
      const method = name.toUpperCase() as Method;
      // An empty requirement among others: a token is taken, and not needed.
      const { security = [] } = operation;
      const open = security.length === 0 || security.some((one) => Object.keys(one).length === 0);
      const id = `${method} ${path}`;
      const who = open ? 'public' : operation['x-least-role'];
      if (who === undefined) throw new Error(`The document does not say who may ${id}.`);
      return { id, method, path, operation, open, who };
    }),
  );
}
