import { countUsers } from '../kernel/database/credential-rows';
import {
  openStored,
  refuseUnmigrated,
  sumOf,
  surveyCredentials,
  type Survey,
} from '../kernel/database/credential-survey';
import { resealAll, type Decide, type Patience } from '../kernel/database/reseal';
import { registerServer } from '../kernel/database/server-proof';
import { Vault } from '../kernel/security/vault';
import { Progress } from './progress';
import { lineOf, recordRun, type VaultCommand } from './vault-command';

/**
 * Seals with the first key of ENCRYPTION_KEY what another one has sealed, while the server runs. What is done carries
 * the first key's id, so a run that was killed is taken up by the next. @returns whether all carries the first key now
 */
export async function rotateCredentials(
  command: VaultCommand,
  patience?: Patience,
): Promise<boolean> {
  const { session, vault, say } = command;
  await refuseUnmigrated(session);
  await session.takeTurn(say);
  // Before anything carries the first key: a server that has it must not be refused.
  await session.transaction(() => registerServer(session, vault));
  const from = await sealAnew(command, patience);
  const survey = await surveyCredentials(session, vault, (unopened) => {
    say(lineOf(unopened));
  });
  const resealed = [...from.values()].reduce((sum, n) => sum + n, 0);
  const unreadable = sumOf(survey, (ofKey) => ofKey.unreadable);
  await session.transaction(async () => {
    await registerServer(session, vault);
    await recordRun(command, 'credential.rotate', {
      to: vault.currentKeyId,
      from: Object.fromEntries(from),
      resealed,
      unreadable,
    });
  });
  return report(command, survey, from);
}

/** @returns how many values were sealed anew, by the key they had */
async function sealAnew(
  { session, vault }: VaultCommand,
  patience?: Patience,
): Promise<Map<string, number>> {
  const from = new Map<string, number>();
  const progress = new Progress('Sealing anew', await countUsers(session, vault.currentKeyId));
  const decide: Decide = (stored) => {
    if (Vault.keyIdOf(stored.value) === vault.currentKeyId) return undefined;
    const opened = openStored(vault, stored);
    return 'text' in opened ? opened.text : undefined;
  };
  await resealAll(session, vault, {
    exceptKey: vault.currentKeyId,
    patience,
    decide,
    told: (done, users) => {
      for (const { value } of done) {
        const keyId = Vault.keyIdOf(value) ?? '';
        from.set(keyId, (from.get(keyId) ?? 0) + 1);
      }
      progress.add(users);
    },
  });
  progress.end();
  return from;
}

function report(
  { vault, say }: VaultCommand,
  survey: Survey,
  from: ReadonlyMap<string, number>,
): boolean {
  const { currentKeyId: first } = vault;
  const counts = [...from].map(([keyId, n]) => `${n} of key ${keyId}`).join(', ');
  say(
    `Sealed anew with key ${first}: ${counts === '' ? 'nothing, as nothing was left to do' : counts}.`,
  );
  const unreadable = sumOf(survey, (ofKey) => ofKey.unreadable);
  if (unreadable > 0) say(`Unreadable, left as they are: ${unreadable}.`);
  const left = sumOf(survey, (ofKey, keyId) =>
    keyId === first ? 0 : ofKey.total - ofKey.unreadable,
  );
  if (left > 0) {
    say(
      `Still sealed with another key: ${left}, saved or held by others meanwhile. Restart every server with the new ` +
        'ENCRYPTION_KEY, then run this again.',
    );
  }
  for (const keyId of vault.keyIds.filter((id) => id !== first)) {
    const carried = survey.get(keyId)?.total ?? 0;
    say(
      carried === 0
        ? `No stored credential carries key ${keyId} any more: it can be taken out of ENCRYPTION_KEY, the server starts without it.`
        : `Keep key ${keyId} in ENCRYPTION_KEY: ${carried} stored credentials still carry it.`,
    );
  }
  return unreadable === 0 && left === 0;
}
