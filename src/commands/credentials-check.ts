import {
  refuseUnmigrated,
  sumOf,
  surveyCredentials,
  type OfKey,
  type Survey,
  type Unopened,
} from '../kernel/database/credential-survey';
import type { Vault } from '../kernel/security/vault';
import { lineOf, type VaultCommand } from './vault-command';

/** @returns whether every stored credential opens */
export async function checkCredentials(
  command: VaultCommand,
  { json = false }: { json?: boolean } = {},
): Promise<boolean> {
  const { session, vault, say } = command;
  await refuseUnmigrated(session);
  const survey = await (json
    ? checkInJson(command)
    : surveyCredentials(session, vault, tellIn(say)));
  if (!json) report(survey, command);
  return sumOf(survey, ({ unreadable }) => unreadable) === 0;
}

const tellIn = (say: VaultCommand['say']) => (unopened: Unopened) => {
  say(lineOf(unopened));
};

function report(survey: Survey, { vault, say }: VaultCommand): void {
  for (const [keyId, ofKey] of survey) {
    const columns = Object.entries(ofKey.columns).map(([column, n]) => `${column} ${n}`);
    say(`key ${keyId} (${standingOf(keyId, vault)}): ${columns.join(', ')}${unreadableIn(ofKey)}`);
  }
  const total = sumOf(survey, (ofKey) => ofKey.total);
  const unreadable = sumOf(survey, (ofKey) => ofKey.unreadable);
  say(
    unreadable === 0
      ? `All ${total} stored credentials open.`
      : `${unreadable} of ${total} stored credentials do not open. Their owners see the status "unreadable" and can save them again.`,
  );
}

function unreadableIn({ unreadable }: OfKey): string {
  return unreadable === 0 ? '' : `; of these unreadable: ${unreadable}`;
}

function standingOf(keyId: string, vault: Vault): 'first' | 'configured' | 'not configured' {
  if (keyId === vault.currentKeyId) return 'first';
  return vault.keyIds.includes(keyId) ? 'configured' : 'not configured';
}

/** One JSON document, printed as it is found: the list of what does not open may be as long as the table. */
async function checkInJson({ session, vault, say }: VaultCommand): Promise<Survey> {
  let separator = '';
  say('{"unreadable":[');
  const survey = await surveyCredentials(session, vault, (unopened) => {
    say(separator + JSON.stringify(unopened));
    separator = ',';
  });
  const keys = [...survey].map(([id, { columns, total, unreadable }]) => ({
    id,
    standing: standingOf(id, vault),
    columns,
    total,
    unreadable,
  }));
  const credentials = sumOf(survey, ({ total }) => total);
  const ok = sumOf(survey, ({ unreadable }) => unreadable) === 0;
  say(`],"keys":${JSON.stringify(keys)},"credentials":${credentials},"ok":${ok}}`);
  return survey;
}
