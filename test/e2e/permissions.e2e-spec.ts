import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host';
import { permissions } from '../../src/kernel/security/permissions';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { RolesGuard } from '../../src/kernel/security/roles.guard';
import { routesOf } from '../../src/security-audit/routes';
import { apiDocument, operationsOf, type DocumentedOperation } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';

let app: TestApp;
let operations: DocumentedOperation[];

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  const inOrder = ({ path, method }: DocumentedOperation) => `${path} ${method}`;
  operations = operationsOf(await apiDocument(app)).toSorted((a, b) =>
    inOrder(a) < inOrder(b) ? -1 : 1,
  );
});
afterAll(() => app.close());

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (text: string) => `\`${text}\``;
const forOthers = ({ operation }: DocumentedOperation) => operation['x-permission-for-others'];
const permissionOf = ({ operation }: DocumentedOperation) => operation['x-permission'];

/** The table of docs/permissions.md, as the code has it. */
function table(): string {
  const asking = (permission: string) =>
    operations.flatMap((one) => {
      if (permissionOf(one) === permission) return [code(one.id)];
      return forOthers(one) === permission ? [`${code(one.id)} for others`] : [];
    });
  return [
    line(['Permission', 'Least role', 'Operations']),
    '|---|---|---|',
    ...Object.entries(permissions).map(([permission, role]) =>
      line([code(permission), role, asking(permission).join(', ')]),
    ),
    line(['own account', 'every role', asking('own').join(', ')]),
    line(['operator', 'operator of the installation', asking('operator').join(', ')]),
    line([
      'public',
      'nobody needs a token',
      operations
        .filter(({ open }) => open)
        .map(({ id }) => code(id))
        .join(', '),
    ]),
  ].join('\n');
}

describe('permissions', () => {
  it('stand in docs/permissions.md word for word', () => {
    const told = readFileSync(join(__dirname, '../../docs/permissions.md'), 'utf8');

    expect(/^\|[^]*\|$/m.exec(told)?.[0]).toBe(table());
  });

  it('are told of every operation that needs a token, in the description as well', () => {
    const words = { member: 'every member', admin: 'admins and owners', owner: 'owners' };
    const closed = operations.filter(({ open }) => !open);

    const told = closed.map(({ operation }) => operation.description?.split('\n\n').at(-1));

    expect(told).toEqual(
      closed.map((one) => {
        const permission = permissionOf(one) as keyof typeof permissions | 'own' | 'operator';
        if (permission === 'own') return 'About your own account: every role may.';
        if (permission === 'operator') return 'For operators of the installation only.';
        const own = `Permission \`${permission}\`: ${words[permissions[permission]]}.`;
        const others = forOthers(one) as keyof typeof permissions | undefined;
        return others ? `${own} For others \`${others}\`: ${words[permissions[others]]}.` : own;
      }),
    );
  });

  it('are asked for by every route that is not public', () => {
    const { routes } = routesOf(app.app.get(ModulesContainer));

    const mute = routes.filter(({ token, permission }) => token && permission === null);

    expect(routes.length).toBeGreaterThan(35);
    expect(mute).toEqual([]);
  });

  it('are asked for by some operation, each of them', () => {
    const asked = new Set(operations.flatMap((one) => [permissionOf(one), forOthers(one)]));

    expect(Object.keys(permissions).filter((permission) => !asked.has(permission))).toEqual([]);
  });
});

it('a route that names no permission is closed', async () => {
  @Controller('mute')
  class Mute {
    @Get()
    all(): string {
      return 'all';
    }
  }
  const context = new ExecutionContextHost([{}], Mute, Reflect.get(Mute.prototype, 'all'));
  const asking = () => new RolesGuard(new Reflector(), app.app.get(TenantDb)).canActivate(context);

  await expect(asking()).rejects.toThrow('This route says nothing of who may call it.');
});
