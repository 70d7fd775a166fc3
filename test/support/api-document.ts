import type { OpenAPIObject } from '@nestjs/swagger';
import { Client, type Method } from './client';
import type { TestApp } from './app';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** One operation of the API document; `id` is `GET /calls/{id}`. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
  /** Open to everybody. */
  readonly open: boolean;
}

/** @param app started with `DOCS: 'on'` */
export async function apiDocument({ app }: Pick<TestApp, 'app'>): Promise<OpenAPIObject> {
  return (await new Client(app).get('/openapi.json')).body as OpenAPIObject;
}

export function operationsOf(document: OpenAPIObject): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([name, operation]) => {
      const method = name.toUpperCase() as Method;
      const open = !operation.security?.length;
      return { id: `${method} ${path}`, method, path, operation, open };
    }),
  );
}
