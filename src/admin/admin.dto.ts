import { Out } from '../kernel/http/fields';
import { languages, type Report } from '../security-audit/report.types';

class ToldEvidence {
  @Out(
    'What was seen.',
    'calls.calls_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE',
  )
  text!: string;

  @Out('Whether that is as it should be; null when it could not be seen.', true, { nullable: true })
  holds!: boolean | null;
}

class Advised {
  @Out('What is looked at, in one line.', 'Provider keys are encrypted')
  title!: string;

  @Out('What it rests upon.', [], { type: [ToldEvidence] })
  evidence!: readonly ToldEvidence[];

  @Out('What may happen while it does not hold.', 'Whoever gets the database has the keys.')
  risk!: string;

  @Out('A command or a file.', 'npm run migrate')
  remedy!: string;
}

class SecurityItem extends Advised {
  @Out('Stable id.', 'encryption')
  id!: Report['good'][number]['id'];

  @Out('Points it has: all of them or none.', 15, { type: 'integer' })
  points!: number;

  @Out('Points it is worth.', 15, { type: 'integer' })
  max!: number;
}

class SecurityFinding extends Advised {
  @Out('Stable id.', 'orphans')
  id!: Report['hardening'][number]['id'];

  @Out('Whether something is to be done.', 'good', { enum: ['good', 'open', 'unknown'] })
  status!: 'good' | 'open' | 'unknown';
}

class SecuredTable {
  @Out('Its name.', 'calls')
  name!: string;

  @Out('The column that says whose a row is.', 'tenant_id')
  belongsTo!: string;

  @Out('Row-level security forced, only enabled, or none.', 'forced', {
    enum: ['forced', 'enabled', 'routes'],
  })
  isolation!: 'forced' | 'enabled' | 'routes';

  @Out('Tables whose rows take its rows along.', ['tenants'], { type: [String] })
  deletedWith!: readonly string[];
}

class SecurityTest {
  @Out('Stable id.', 'user-isolation')
  id!: Report['tests'][number]['id'];

  @Out('The test of the brief.', 'Test 1: user isolation. Alice tries to read Bob’s key.')
  title!: string;

  @Out('Whether this database gives what the test needs.', true)
  holds!: boolean;

  @Out('The command that plays it.', 'npm run demo')
  command!: string;
}

class SecurityAction {
  @Out('The item it is about.', 'encryption')
  id!: Report['actions'][number]['id'];

  @Out('What is missing.', 'Provider keys are encrypted')
  title!: string;

  @Out('A command or a file.', 'npm run migrate')
  remedy!: string;

  @Out('Points it gives.', 15, { type: 'integer' })
  points!: number;

  @Out('The score after it and those before it.', 90, { type: 'integer' })
  scoreAfter!: number;
}

class SecuredRoute {
  @Out('HTTP method.', 'GET')
  method!: string;

  @Out('Path with its parameters.', '/calls/:id')
  path!: string;

  @Out('Whether it needs an access token.', true)
  token!: boolean;

  @Out('Guards of its own.', ['CallGuard'], { type: [String] })
  guards!: readonly string[];

  @Out('What it asks for: a permission, `own` or `operator`.', 'call.change', { nullable: true })
  permission!: string | null;

  @Out('The least role that has it.', 'admin', { nullable: true })
  role!: string | null;
}

export class SecurityReport implements Report {
  @Out('Language of the texts.', 'en', { enum: [...languages] })
  language!: Report['language'];

  @Out('When it was computed.', '2026-01-31T09:30:00.000Z', { format: 'date-time' })
  checkedAt!: string;

  @Out('Points of the items that hold.', 100, { type: 'integer' })
  score!: number;

  @Out('Points there are.', 100, { type: 'integer' })
  max!: number;

  @Out('Items that hold.', [], { type: [SecurityItem] })
  good!: readonly SecurityItem[];

  @Out('Items that do not.', [], { type: [SecurityItem] })
  missing!: readonly SecurityItem[];

  @Out('Beyond the score.', [], { type: [SecurityFinding] })
  hardening!: readonly SecurityFinding[];

  @Out('Tables and what keeps their rows apart.', [], { type: [SecuredTable] })
  tables!: readonly SecuredTable[];

  @Out('The three tests of the brief.', [], { type: [SecurityTest] })
  tests!: readonly SecurityTest[];

  @Out('What to do, the most valuable first.', [], { type: [SecurityAction] })
  actions!: readonly SecurityAction[];

  @Out('Every route of the running code.', [], { type: [SecuredRoute] })
  routes!: readonly SecuredRoute[];
}
