import { Controller, Get, Module } from '@nestjs/common';
import { AppModule } from '../../src/app.module';
import { Public } from '../../src/kernel/security/auth.guard';
import type { Facts } from '../../src/security-audit/facts.types';
import { Needs } from '../../src/kernel/security/permissions';
import { routesOf } from '../../src/security-audit/routes';
import { routesAreGuarded } from '../../src/security-audit/routes.check';
import { modulesOf } from '../support/security-audit';

describe('a route that is added', () => {
  @Controller('leaks')
  class Leaks {
    @Public()
    @Get()
    everything(): string {
      return 'everything';
    }

    @Get(':id')
    @Needs('call.read')
    one(): string {
      return 'one';
    }
  }
  @Controller('admin')
  class MoreAdmin {
    @Get('keys')
    keys(): string {
      return 'keys';
    }
  }
  @Module({ imports: [AppModule.with({} as never)], controllers: [Leaks, MoreAdmin] })
  class WithLeaks {}
  @Module({ controllers: [Leaks] })
  class WithoutGuards {}

  const judged = async (root: typeof WithLeaks) =>
    routesAreGuarded({ routes: routesOf(await modulesOf(root)) } as Facts)
      .filter(({ holds }) => holds !== true)
      .map(({ code, values }) => [code, values.routes]);

  it('is missing its token, its guard or its permission, and is named', async () => {
    expect(await judged(WithLeaks)).toEqual([
      ['route.public', 'GET /leaks'],
      ['route.unguarded', 'GET /leaks/:id'],
      ['route.operator', 'GET /admin/keys'],
      ['route.no_permission', 'GET /admin/keys'],
    ]);
  });

  it('is open by nature where no guard asks for a token', async () => {
    expect(await judged(WithoutGuards)).toEqual(
      expect.arrayContaining([
        ['route.no_default', undefined],
        ['route.no_roles', undefined],
      ]),
    );
  });
});
