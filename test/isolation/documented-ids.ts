import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from '../support/api-document';

interface Schema {
  readonly $ref?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: Schema;
}

/** Operation → every place (`path.id`, `body.phoneNumberId`, `cursor.cursor`) where its document takes an id. */
export function placesOf(document: OpenAPIObject): ReadonlyMap<string, readonly string[]> {
  return new Map(
    operationsOf(document).map(({ id, operation }) => {
      const parameters = (operation.parameters ?? []) as readonly Parameter[];
      const body = operation.requestBody as
        undefined | { content?: Record<string, { schema?: Schema }> };
      const { content = {} } = body ?? {};
      // Each line of an import is what records one call.
      const line = { $ref: '#/components/schemas/RecordCall' };
      const schema = 'application/x-ndjson' in content ? line : content['application/json']?.schema;
      return [
        id,
        [...parameters.flatMap(placeOf), ...(schema ? fieldsOf(document, schema, 'body') : [])],
      ];
    }),
  );
}

const isId = (name: string, schema: Schema | undefined) =>
  schema?.format === 'uuid' || /(^id|Ids?)$/.test(name);

function placeOf({ name, in: place, schema }: Parameter): string[] {
  if (place === 'path') return [`path.${name}`];
  if (name === 'cursor') return ['cursor.cursor'];
  return isId(name, schema) ? [`${place}.${name}`] : [];
}

function fieldsOf(document: OpenAPIObject, schema: Schema, at: string): string[] {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  const { properties = {} } = name
    ? ((document.components?.schemas?.[name] ?? {}) as Schema)
    : schema;
  return Object.entries(properties).flatMap(([field, of]) => {
    const nested = of.items ?? of;
    const own = isId(field, nested) && field !== 'providerCallId' ? [`${at}.${field}`] : [];
    return [...own, ...fieldsOf(document, nested, `${at}.${field}`)];
  });
}
