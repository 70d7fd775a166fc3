import { refuseUnmigrated, sumOf, surveyCredentials } from '../kernel/database/credential-survey';
import { knowsServer, replaceServer } from '../kernel/database/server-proof';
import { recordRun, type VaultCommand } from './vault-command';

/** For whoever lost ENCRYPTION_KEY for good. @returns whether the server can start with the present one */
export async function replaceLostKey(
  command: VaultCommand,
  { yes = false }: { yes?: boolean },
): Promise<boolean> {
  const { session, vault, say } = command;
  await refuseUnmigrated(session);
  if (await knowsServer(session, vault)) {
    say('This database knows this ENCRYPTION_KEY: nothing is lost, nothing was changed.');
    return true;
  }
  const survey = await surveyCredentials(session, vault, () => undefined);
  const [stored, unreadable] = [
    sumOf(survey, (ofKey) => ofKey.total),
    sumOf(survey, (ofKey) => ofKey.unreadable),
  ];
  say(
    `With key ${vault.keyIds.join(', ')} ${unreadable} of ${stored} stored credentials stay unreadable. ` +
      'Their owners see the status "unreadable" and can save new ones; all else works.',
  );
  if (!yes) {
    say(
      'Nothing was changed. To go on with this key, run `npm run ava -- key:replace-lost --yes`.',
    );
    return false;
  }
  await session.transaction(async () => {
    await replaceServer(session, vault);
    await recordRun(command, 'credential.replace_lost_key', {
      keys: vault.keyIds,
      stored,
      unreadable,
    });
  });
  say('This database now knows this ENCRYPTION_KEY and no other: the server starts with it.');
  return true;
}
