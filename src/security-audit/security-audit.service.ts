import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { OperatorDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { Vault } from '../kernel/security/vault';
import type { Ask } from './catalogue';
import { readFactsAsOperator } from './facts';
import { reportOf } from './report';
import type { Language, Report } from './report.types';
import { routesOf } from './routes';

/** The security report of the running server, with what an operator may see. */
@Injectable()
export class SecurityAuditService {
  constructor(
    private readonly db: OperatorDb,
    private readonly modules: ModulesContainer,
    private readonly vault: Vault,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async report(who: Principal, language: Language): Promise<Report> {
    const known = {
      routes: routesOf(this.modules),
      deployment: { docs: this.settings.docs, currentKeyId: this.vault.currentKeyId },
    };
    const facts = await this.db.read(who, (em) => {
      const ask: Ask = (sql, parameters = []) => em.query(sql, [...parameters]);
      return readFactsAsOperator(ask, known);
    });
    return reportOf(facts, language);
  }
}
