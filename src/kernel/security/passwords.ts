import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { Problem } from '../http/problem';
import { Semaphore } from './semaphore';

/** OWASP Password Storage Cheat Sheet, first argon2id setting: 46 MiB, 2 passes, 1 lane. */
const ARGON2ID = { memoryCost: 47_104, timeCost: 2, parallelism: 1 } as const;

/** Hashes of random passwords that nobody knows: checking against them costs what checking a real one costs. */
const NOBODY = {
  argon2:
    '$argon2id$v=19$m=47104,t=2,p=1$HIQlYnLREhGGHt1skUOqgQ$LBEvHzPoIr5jfsiAHKbekSSCyuZ1zIfjVDGfuJSONsM',
  bcrypt: '$2b$12$ePd0xGrjYtuC3KC3l71k0eY6.oo87REWXE7H6ULhdPE0NDze9Fzg.',
} as const;

/** One core is left to those who are logged in. */
export const AT_ONCE = Math.max(1, Math.min(4, availableParallelism() - 1));

/** Milliseconds after which a thread that has nothing to do ends and gives its memory back. */
const IDLE = 60_000;

/**
 * Password hashing, in threads of lower priority and a few at a time: unbounded, sixteen logins at once raised the p99 of
 * every other request twentyfold.
 */
@Injectable()
export class Passwords implements OnApplicationShutdown {
  private readonly turns = new Semaphore(AT_ONCE, 200);
  private readonly threads = new Piscina({
    filename: join(__dirname, 'password-hashing.cjs'),
    minThreads: 0,
    maxThreads: AT_ONCE,
    idleTimeout: IDLE,
  });

  hash(password: string): Promise<string> {
    return this.ask<string>('hash', { password: sameOnAllKeyboards(password), options: ARGON2ID });
  }

  /**
   * Whether the password matches, in a time that does not tell whether the account exists. While the installation
   * still holds bcrypt hashes of the earlier system, every check costs one argon2id and one bcrypt.
   * @param stored the account's hash, undefined when there is no such account
   */
  async matches(
    password: string,
    stored: string | undefined,
    bcryptInUse: boolean,
  ): Promise<boolean> {
    const isBcrypt = stored !== undefined && needsRehash(stored);
    const argon2 = stored !== undefined && !isBcrypt;
    const by = await this.ask<{ argon2id: boolean; bcrypt2: boolean }>('verify', {
      password: sameOnAllKeyboards(password),
      asTyped: password,
      argon2id: argon2 ? stored : NOBODY.argon2,
      bcrypt2: isBcrypt ? stored : bcryptInUse ? NOBODY.bcrypt : null,
    });
    return isBcrypt ? by.bcrypt2 : argon2 && by.argon2id;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }

  private ask<T>(name: 'hash' | 'verify', task: object): Promise<T> {
    return this.turns.run(() => this.threads.run(task, { name }) as Promise<T>, busy);
  }
}

/** Some systems type é as one character and some as two (NIST SP 800-63B wants them alike). Hashes of the earlier system are of what was typed. */
const sameOnAllKeyboards = (password: string) => password.normalize('NFC');

/** Hashes of the earlier system become argon2id at the next login. */
export function needsRehash(stored: string): boolean {
  return /^\$2[abxy]\$/.test(stored);
}

function busy(): Problem {
  return new Problem('server.unavailable');
}
