import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
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

/**
 * Password hashing, off the event loop (native threads) and a few at a time: unbounded, sixteen logins at once
 * raised the p99 of every other request twentyfold.
 */
@Injectable()
export class Passwords {
  private readonly turns = new Semaphore(AT_ONCE, 200);

  hash(password: string): Promise<string> {
    return this.turns.run(() => hash(password, ARGON2ID), busy);
  }

  /**
   * Whether the password matches, in a time that does not tell whether the account exists. While the installation
   * still holds bcrypt hashes of the earlier system, every check costs one argon2id and one bcrypt.
   * @param stored the account's hash, undefined when there is no such account
   */
  matches(password: string, stored: string | undefined, bcryptInUse: boolean): Promise<boolean> {
    const isBcrypt = stored !== undefined && needsRehash(stored);
    return this.turns.run(async () => {
      const argon2 = stored !== undefined && !isBcrypt;
      const byArgon2 = await verify(argon2 ? stored : NOBODY.argon2, password).catch(no);
      const byBcrypt =
        (isBcrypt || bcryptInUse) &&
        (await verifyBcrypt(password, isBcrypt ? stored : NOBODY.bcrypt).catch(no));
      return isBcrypt ? byBcrypt : argon2 && byArgon2;
    }, busy);
  }
}

/** Hashes of the earlier system become argon2id at the next login. */
export function needsRehash(stored: string): boolean {
  return /^\$2[abxy]\$/.test(stored);
}

/** A stored hash in a form that nobody knows lets nobody in. */
const no = () => false;

function busy(): Problem {
  return new Problem('server.unavailable');
}
