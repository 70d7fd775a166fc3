import { Out } from '../kernel/http/fields';

export class Liveness {
  @Out('The process answers.', 'ok')
  status!: 'ok';
}

export class Readiness {
  @Out('Whether requests can be served.', 'ready', { enum: ['ready', 'not_ready'] })
  status!: 'ready' | 'not_ready';

  @Out('Whether the database answers.', true)
  database!: boolean;

  @Out('Migrations of this version that the database has not seen; run `npm run migrate`.', [], {
    type: [String],
  })
  pendingMigrations!: string[];
}
