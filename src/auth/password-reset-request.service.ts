import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Jobs } from '../jobs/jobs.service';
import type { Job } from '../jobs/jobs.types';
import { IdentityDb } from '../kernel/database/tenant-db';
import { networkOf } from '../kernel/http/client-address';
import { RateLimits } from '../kernel/security/rate-limits';
import { AccountTokens } from '../users/account-tokens.service';

const QUEUE = 'account';

/**
 * The request does the same for every address: one look and one job. What becomes of it is decided when the job is run, so
 * neither the answer nor its time tells whether there is an account.
 */
@Injectable()
export class PasswordResetRequests implements OnModuleInit {
  constructor(
    private readonly limits: RateLimits,
    private readonly db: IdentityDb,
    private readonly jobs: Jobs,
    private readonly tokens: AccountTokens,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(QUEUE, (job) => this.send(job));
  }

  /** @throws Problem 429 `rate.limited`, for addresses that nobody has as for the others */
  async begin(email: string, ip: string | null): Promise<void> {
    const [address, network] = [email.toLowerCase(), networkOf(ip)];
    await this.limits.take('password_reset.network', network);
    await this.limits.take('password_reset.address_from_network', `${address} ${network}`);
    await this.limits.take('password_reset.address', address);
    const [found] = await this.db.read(null, (em) =>
      em.query<{ id: string | null }[]>('SELECT id FROM ava.find_account($1)', [email]),
    );
    // Without an account, a job for somebody who does not exist.
    const userId = found?.id ?? randomUUID();
    await this.db.run(userId, (em) => this.jobs.add(em, QUEUE, { act: 'password-reset' }));
  }

  /** Run twice, the mail of the second run is the one that counts. */
  private async send({ userId }: Job): Promise<void> {
    if (userId === null) return;
    await this.db.run(userId, async (em) => {
      const [account] = await em.query<{ email: string }[]>(
        'SELECT email FROM users WHERE id = $1 FOR UPDATE',
        [userId],
      );
      if (!account) return;
      await this.tokens.send(em, { userId, purpose: 'password-reset', ...account });
    });
  }
}
