import { Injectable } from '@nestjs/common';

/** What an access token says, its signature having been checked. */
export interface Claims {
  readonly sub: string;
  readonly tid: string;
  readonly sid: string;
  /** Seconds since 1970. */
  readonly exp: number;
}

const MOST = 10_000;

/**
 * Access tokens that have been verified, until they expire: the same text verifies the same way each time, at the cost of
 * half a query. That the session is still alive is no part of it and is asked of the database at each request.
 */
@Injectable()
export class VerifiedTokens {
  private readonly claims = new Map<string, Claims>();

  /** @param header the whole Authorization header */
  remember(header: string, claims: Claims): void {
    const [oldest] = this.claims.keys();
    if (this.claims.size >= MOST && oldest !== undefined) this.claims.delete(oldest);
    this.claims.set(header, claims);
  }

  find(header: string): Claims | undefined {
    const claims = this.claims.get(header);
    if (claims === undefined || claims.exp * 1000 > Date.now()) return claims;
    this.claims.delete(header);
    return undefined;
  }
}
