import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AvaProfilesService } from '../ava-profiles/ava-profiles.service';
import { Problem } from '../kernel/http/problem';
import { TenantsService } from '../tenants/tenants.service';
import type { TenantOfUser } from '../tenants/tenants.types';
import { AccountTokens } from '../users/account-tokens.service';
import { UsersService, type NewUser } from '../users/users.service';

type Person = Pick<NewUser, 'id' | 'email' | 'name' | 'locale'>;

/** What an account consists of beside its sessions: the user, a tenant with its owner, the default profile. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly users: UsersService,
    private readonly tenants: TenantsService,
    private readonly profiles: AvaProfilesService,
    private readonly tokens: AccountTokens,
  ) {}

  /** The mail that proves the address goes out with it. */
  async create(em: EntityManager, user: NewUser, tenantName?: string): Promise<TenantOfUser> {
    await this.users.create(em, user);
    const { id: userId, email } = user;
    await this.tokens.send(em, { userId, purpose: 'verify-email', email });
    return this.openTenant(em, user, tenantName);
  }

  /** For who has no tenant left, as the last one was deleted. */
  async openFirst(em: EntityManager, userId: string): Promise<TenantOfUser> {
    return this.openTenant(em, await this.users.view(em, userId));
  }

  /** @throws Problem 409 `tenant.too_many` when the person owns as many already */
  async openAnother(
    em: EntityManager,
    userId: string,
    { name, most }: { name: string; most: number },
  ): Promise<TenantOfUser> {
    const person = await this.users.view(em, userId);
    const owned = person.tenants.filter(({ role }) => role === 'owner').length;
    if (owned >= most) throw new Problem('tenant.too_many');
    return this.openTenant(em, person, name);
  }

  private async openTenant(
    em: EntityManager,
    person: Person,
    name?: string,
  ): Promise<TenantOfUser> {
    const named = name ?? person.name ?? person.email.split('@', 1)[0] ?? 'Ava';
    const tenant = await this.tenants.create(em, named);
    await this.profiles.createDefault(em, tenant.id, person.locale);
    return tenant;
  }
}
