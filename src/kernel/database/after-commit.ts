import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  type TransactionCommitEvent,
} from 'typeorm';

interface Waiting {
  afterCommit?: (() => void)[];
}

/** What must not happen unless a transaction was committed, and is no part of it: waking somebody who looks at its rows. */
@Injectable()
export class AfterCommit implements EntitySubscriberInterface {
  constructor(dataSource: DataSource) {
    dataSource.subscribers.push(this);
  }

  /** At once when `em` is in no transaction: each of its queries is committed by itself. */
  do({ queryRunner }: EntityManager, act: () => void): void {
    if (!queryRunner?.isTransactionActive) {
      act();
      return;
    }
    const waiting = queryRunner.data as Waiting;
    waiting.afterCommit = [...(waiting.afterCommit ?? []), act];
  }

  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): void {
    const waiting = queryRunner.data as Waiting;
    // A savepoint that was released: the transaction around it goes on.
    if (queryRunner.isTransactionActive) return;
    const acts = waiting.afterCommit ?? [];
    delete waiting.afterCommit;
    for (const act of acts) act();
  }
}
