import {
  applyDecorators,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { OperatorDb } from '../kernel/database/tenant-db';
import { allow } from '../kernel/security/permissions';
import type { AuthenticatedRequest } from '../kernel/security/principal';

/** Lets operators through and nobody else. Who is one is asked of the database at each request. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(private readonly db: OperatorDb) {}

  /** @throws Problem 403 `operator.required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const rows = await this.db.read(user, (em) =>
      em.query<{ id: string | null }[]>('SELECT ava.operator_id() AS id'),
    );
    return rows[0]?.id === user.userId;
  }
}

/** For those who run the installation: the mark and the guard that asks are one. */
export const ForOperators = () => applyDecorators(UseGuards(OperatorGuard), allow('operator'));
