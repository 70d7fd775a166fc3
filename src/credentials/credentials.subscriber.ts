import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntitySubscriberInterface,
  type InsertEvent,
  type UpdateEvent,
} from 'typeorm';
import { Secret } from '../kernel/security/secret';
import { Vault } from '../kernel/security/vault';
import { credentialColumns, UserCredentials } from './credentials.entity';

type Row = Partial<UserCredentials>;

/** Seals credentials before they are written and binds them to their row after they are read. */
@Injectable()
export class CredentialsSubscriber implements EntitySubscriberInterface<UserCredentials> {
  constructor(
    dataSource: DataSource,
    private readonly vault: Vault,
  ) {
    dataSource.subscribers.push(this);
  }

  listenTo() {
    return UserCredentials;
  }

  afterLoad(row: Row): void {
    for (const { secret, column } of secretsOf(row)) {
      if (row.id !== undefined) secret.bind({ column, id: row.id }, this.vault);
    }
  }

  beforeInsert({ entity }: InsertEvent<UserCredentials>): void {
    this.seal(entity);
  }

  beforeUpdate({ entity }: UpdateEvent<UserCredentials>): void {
    this.seal(entity);
  }

  /** `update()` and query builders bring what is set and no row: without an id a value cannot be bound, so the write is refused. */
  private seal(row: Row = {}): void {
    for (const { property, secret, column } of secretsOf(row)) {
      if (row.id === undefined) {
        throw new Error(
          'Credentials are written by saving a loaded row, not by update() or a query builder.',
        );
      }
      row[property] = secret.sealedFor({ column, id: row.id }, this.vault);
    }
  }
}

type Property = keyof typeof credentialColumns;

function secretsOf(row: Row): { property: Property; secret: Secret; column: string }[] {
  const properties = Object.keys(credentialColumns) as Property[];
  return properties.flatMap((property) => {
    const secret = row[property];
    if (!(secret instanceof Secret)) return [];
    return [{ property, secret, column: credentialColumns[property] }];
  });
}
