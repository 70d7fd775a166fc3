import {
  countUsers,
  credentialBatches,
  credentialsIn,
  type StoredCredential,
} from '../kernel/database/credential-rows';
import {
  perColumn,
  refuseUnmigrated,
  unopened,
  type PerColumn,
} from '../kernel/database/credential-survey';
import { EarlierTokens, type Ambiguity, type Verdict } from '../kernel/database/earlier-tokens';
import { resealAll } from '../kernel/database/reseal';
import { refuseUnknownKey, registerServer } from '../kernel/database/server-proof';
import { Progress } from './progress';
import { lineOf, recordRun, type VaultCommand } from './vault-command';

interface Options {
  readonly dryRun?: boolean;
  readonly takeAmbiguous?: boolean;
}

/**
 * The migrations seal what they find. Where the earlier system had encrypted with Fernet(ENCRYPTION_KEY), they found a
 * token: this opens those and seals what is inside. @returns whether nothing is left to decide
 */
export async function adoptCredentials(
  command: VaultCommand,
  { dryRun = false, takeAmbiguous = false }: Options,
): Promise<boolean> {
  const { session, vault, say } = command;
  await refuseUnmigrated(session);
  await session.takeTurn(say);
  if (dryRun) await refuseUnknownKey(session, vault);
  else await session.transaction(() => registerServer(session, vault));
  const tokens = await EarlierTokens.of(session, vault);
  const adopted = perColumn();
  if (!dryRun) await adopt(command, tokens, takeAmbiguous, adopted);
  const rest = await lookAgain(command, tokens, takeAmbiguous);
  if (!dryRun) await recordRun(command, 'credential.adopt', { adopted, ...rest });
  say(`${dryRun ? 'Would adopt' : 'Adopted'}: ${counts(dryRun ? rest.left : adopted)}.`);
  return report(command, rest) && (dryRun || sum(rest.left) === 0);
}

async function adopt(
  { session, vault }: VaultCommand,
  tokens: EarlierTokens,
  takeAmbiguous: boolean,
  adopted: PerColumn,
): Promise<void> {
  const progress = new Progress('Adopting', await countUsers(session));
  await resealAll(session, vault, {
    decide: (stored) => textOf(tokens.judge(stored), takeAmbiguous),
    told: (done, users) => {
      for (const { column } of done) adopted[column] += 1;
      progress.add(users);
    },
  });
  progress.end();
}

/** The text to seal in place of a token; undefined: not a token, or one that needs a decision. */
function textOf(verdict: Verdict, takeAmbiguous: boolean): string | undefined {
  if (verdict.kind !== 'token') return undefined;
  return verdict.ambiguity === undefined || takeAmbiguous ? verdict.text : undefined;
}

interface Rest {
  /** Could be adopted: everything in a dry run, otherwise what somebody else held all the time. */
  readonly left: PerColumn;
  readonly refused: Partial<Record<Ambiguity, number>>;
  /** Ambiguous and taken as the text they are. */
  kept: number;
  unreadable: number;
}

/** Names what is not adopted, by user and column. */
async function lookAgain(
  { session, say }: VaultCommand,
  tokens: EarlierTokens,
  takeAmbiguous: boolean,
): Promise<Rest> {
  const rest: Rest = { left: perColumn(), refused: {}, kept: 0, unreadable: 0 };
  const look = (stored: StoredCredential) => {
    const verdict = tokens.judge(stored);
    if (verdict.kind === 'plain') return;
    if (verdict.kind === 'unreadable') {
      rest.unreadable += 1;
      say(lineOf(unopened(stored, verdict.reason)));
    } else if (textOf(verdict, takeAmbiguous) !== undefined) {
      rest.left[stored.column] += 1;
    } else if (takeAmbiguous) {
      rest.kept += 1;
    } else if (verdict.ambiguity !== undefined) {
      rest.refused[verdict.ambiguity] = (rest.refused[verdict.ambiguity] ?? 0) + 1;
      say(`refused: user ${stored.userId} ${stored.column} ${verdict.ambiguity}`);
    }
  };
  for await (const rows of credentialBatches(session)) rows.flatMap(credentialsIn).forEach(look);
  return rest;
}

function report({ say }: VaultCommand, { refused, kept, unreadable }: Rest): boolean {
  if (kept > 0) say(`Kept as the text they are: ${kept}.`);
  if (unreadable > 0) say(`Unreadable, left as they are: ${unreadable}.`);
  const some = sum(refused) > 0;
  if (some) {
    say(`Refused, left as they are: ${counts(refused)}. docs/keys.md says what each means.`);
    say('With --take-ambiguous, what opens is adopted and the rest kept as the text it is.');
  }
  return unreadable === 0 && !some;
}

function sum(numbers: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(numbers).reduce<number>((total, n) => total + (n ?? 0), 0);
}

function counts(numbers: Readonly<Partial<Record<string, number>>>): string {
  const named = Object.entries(numbers).filter(([, n]) => n !== 0);
  return named.length === 0 ? 'nothing' : named.map(([name, n]) => `${name} ${n}`).join(', ');
}
