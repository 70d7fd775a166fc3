import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../kernel/http/problem';
import type { Locale } from '../kernel/http/problem-catalogue';
import { needsRehash, Passwords } from '../kernel/security/passwords';
import type { Principal } from '../kernel/security/principal';
import { Semaphore } from '../kernel/security/semaphore';
import { isEmailTaken } from '../users/users.service';
import { AccountsService } from './accounts.service';
import type { Login, Register, SessionView } from './auth.dto';
import { LoginAttempts } from './login-attempts';
import { SessionIssuer } from './session-issuer';
import type { Device } from './sessions.service';

/** Logins and registrations at once, and waiting: a flood of them must leave database connections to the others. */
const ADMITTED = 4;
const WAITING = 200;
const busy = () => new Problem('server.unavailable');

@Injectable()
export class AuthService {
  private readonly admission = new Semaphore(ADMITTED, WAITING);

  constructor(
    private readonly attempts: LoginAttempts,
    private readonly passwords: Passwords,
    private readonly accounts: AccountsService,
    private readonly issuer: SessionIssuer,
  ) {}

  /** User, solo tenant, owner membership and default profile in one transaction. @throws Problem 409 `user.email_taken`, 429 */
  register(body: Register, locale: Locale, device: Device): Promise<SessionView> {
    return this.admission.run(() => this.openAccount(body, locale, device), busy);
  }

  /** Unknown address and wrong password are told alike, in the same time. @throws Problem 401, 404 for a foreign tenant, 429 */
  login(body: Login, device: Device): Promise<SessionView> {
    return this.admission.run(() => this.checkAndOpen(body, device), busy);
  }

  /** Opens a session in another tenant of the caller; the one at hand goes on. @throws Problem 404 `tenant.not_found` */
  async switchTenant(
    { userId }: Principal,
    tenantId: string,
    device: Device,
  ): Promise<SessionView> {
    const session = await this.issuer.enter({ userId, tenantId }, device);
    if (session === null) throw new Problem('tenant.not_found');
    return session;
  }

  private async openAccount(body: Register, locale: Locale, device: Device): Promise<SessionView> {
    await this.attempts.register(device);
    const { email, name = null } = body;
    const passwordHash = await this.passwords.hash(body.password);
    const user = { id: randomUUID(), email, passwordHash, name, locale: body.locale ?? locale };
    try {
      return await this.issuer.open(user.id, device, (em) =>
        this.accounts.create(em, user, body.tenantName),
      );
    } catch (error) {
      throw isEmailTaken(error) ? new Problem('user.email_taken') : error;
    }
  }

  private async checkAndOpen(body: Login, device: Device): Promise<SessionView> {
    const { account, bcryptInUse } = await this.attempts.find(body.email, device);
    const right = await this.passwords.matches(body.password, account?.hash, bcryptInUse);
    if (!account || !right) throw new Problem('auth.invalid_credentials');
    if (needsRehash(account.hash)) {
      await this.attempts.replaceHash(account, await this.passwords.hash(body.password));
    }
    const who = { userId: account.id, tenantId: body.tenantId ?? null };
    const session = await this.issuer.enter(who, device);
    if (session !== null) return session;
    if (body.tenantId !== undefined) throw new Problem('tenant.not_found');
    return this.issuer.open(account.id, device, (em) => this.accounts.openFirst(em, account.id));
  }
}
