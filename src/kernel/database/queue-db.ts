import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { Vault } from '../security/vault';
import { queryInContext, type FirstStatement } from './context-query';

const STATEMENT_TIMEOUT = '15000';
const WHOLE_TRANSACTION = /^\s*BEGIN;([\s\S]*)COMMIT;\s*$/;

interface Answer {
  rows: unknown[];
}

/**
 * The door to the queue, in the form that the queue library takes: its statements run in the server's own pool and in a
 * plane that shows the queue and nothing else. It opens only for this server's process.
 */
@Injectable()
export class QueueDb {
  private readonly context: FirstStatement;

  constructor(
    private readonly dataSource: DataSource,
    vault: Vault,
  ) {
    this.context = {
      text: 'SELECT ava.enter_queue($1, $2)',
      values: [vault.serverProofs.join(), STATEMENT_TIMEOUT],
    };
  }

  async executeSql(text: string, values?: readonly unknown[]): Promise<Answer> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      const [, statements] = WHOLE_TRANSACTION.exec(text) ?? [];
      if (statements !== undefined) return await this.transaction(client, statements);
      const { rows } = await queryInContext(client, [this.context], { text, values });
      return { rows };
    } finally {
      await runner.release();
    }
  }

  /**
   * The library's maintenance comes as one text with several statements, which can have no parameters. The context goes
   * ahead with the BEGIN: written into the text, the proof would stand in pg_stat_activity and in logs of statements.
   */
  private async transaction(client: PoolClient, statements: string): Promise<Answer> {
    await queryInContext(client, [this.context], { text: 'START TRANSACTION' });
    try {
      await client.query(statements);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    return { rows: [] };
  }
}
