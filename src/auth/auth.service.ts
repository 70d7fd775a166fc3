import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Locale } from '../kernel/http/problem-catalogue';
import { needsRehash, Passwords } from '../kernel/security/passwords';
import type { Principal } from '../kernel/security/principal';
import { Semaphore } from '../kernel/security/semaphore';
import { isEmailTaken } from '../users/users.service';
import { AccountsService } from './accounts.service';
import type { Login, Register, SessionView } from './auth.dto';
import { SessionIssuer } from './session-issuer';
import type { Device } from './sessions.service';

interface Account {
  id: string;
  hash: string;
}

/** Logins and registrations at once, and waiting: a flood of them must leave database connections to the others. */
const ADMITTED = 4;
const WAITING = 200;
const busy = () => new Problem('server.unavailable');

@Injectable()
export class AuthService {
  private readonly admission = new Semaphore(ADMITTED, WAITING);

  constructor(
    private readonly db: IdentityDb,
    private readonly passwords: Passwords,
    private readonly accounts: AccountsService,
    private readonly issuer: SessionIssuer,
  ) {}

  /** User, solo tenant, owner membership and default profile in one transaction. @throws Problem 409 `user.email_taken` */
  register(body: Register, locale: Locale, device: Device): Promise<SessionView> {
    return this.admission.run(() => this.openAccount(body, locale, device), busy);
  }

  /** Unknown address and wrong password are told alike, in the same time. @throws Problem 401, 404 for a foreign tenant */
  login(body: Login, device: Device): Promise<SessionView> {
    return this.admission.run(() => this.checkAndOpen(body, device), busy);
  }

  /** Opens a session in another tenant of the caller; the one at hand goes on. @throws Problem 404 `tenant.not_found` */
  switchTenant(who: Principal, tenantId: string, device: Device): Promise<SessionView> {
    return this.db.run(who.userId, async (em) => {
      const tenant = await this.accounts.tenantFor(em, who.userId, tenantId);
      return this.issuer.open(em, who.userId, { tenant, device });
    });
  }

  private async openAccount(body: Register, locale: Locale, device: Device): Promise<SessionView> {
    const { email, name = null } = body;
    const passwordHash = await this.passwords.hash(body.password);
    const user = { id: randomUUID(), email, passwordHash, name, locale: body.locale ?? locale };
    try {
      return await this.db.run(user.id, async (em) => {
        const tenant = await this.accounts.create(em, user, body.tenantName);
        return this.issuer.open(em, user.id, { tenant, device });
      });
    } catch (error) {
      throw isEmailTaken(error) ? new Problem('user.email_taken') : error;
    }
  }

  private async checkAndOpen(body: Login, device: Device): Promise<SessionView> {
    const { account, bcryptInUse } = await this.find(body.email);
    const right = await this.passwords.matches(body.password, account?.hash, bcryptInUse);
    if (!account || !right) throw new Problem('auth.invalid_credentials');
    const rehashed = needsRehash(account.hash) && (await this.passwords.hash(body.password));
    return this.db.run(account.id, async (em) => {
      if (rehashed) {
        // Only over the hash that was checked: a password changed meanwhile must win.
        await em.query('UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
          account.id,
          account.hash,
          rehashed,
        ]);
      }
      const tenant = await this.accounts.tenantFor(em, account.id, body.tenantId);
      return this.issuer.open(em, account.id, { tenant, device });
    });
  }

  private async find(email: string): Promise<{ account: Account | null; bcryptInUse: boolean }> {
    const [row] = await this.db.read(null, (em) =>
      em.query<{ id: string | null; hash: string; bcryptInUse: boolean }[]>(
        'SELECT id, hash, bcrypt_in_use AS "bcryptInUse" FROM ava.find_account($1)',
        [email],
      ),
    );
    const { id = null, hash = '', bcryptInUse = false } = row ?? {};
    return { account: id === null ? null : { id, hash }, bcryptInUse };
  }
}
