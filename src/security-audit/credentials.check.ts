import { OLD_DAYS } from './counts';
import type { Evidence } from './check.types';
import { bad, columnOf, good, unseen } from './evidence';
import type { CatalogueFacts, Facts } from './facts.types';

// The two that the brief names; an account's SID is no key, though it is sealed like one.
const KEYS = ['twilio_auth_token', 'vapi_api_key'];
const COLUMNS = ['twilio_account_sid', ...KEYS];
const SEALED = 'sealed_credential';

/** No provider key is stored in clear, in any row. */
export function encryption({ catalogue, counts }: Facts): Evidence[] {
  const missing = KEYS.filter((column) => !columnOf(catalogue, 'users', column));
  if (missing.length > 0)
    return missing.map((column) => bad('column.absent', { table: 'users', column }));
  if (!counts) return [unseen('count.hidden')];
  const keys = counts.credentials.filter(({ column }) => KEYS.includes(column));
  // Without a row there is nothing to see: then only the type tells whether the next key will be sealed.
  const empty = keys.every(({ stored }) => stored === 0);
  return [
    ...keys.map(({ column, stored, sealed, fernet }) => {
      const plain = stored - sealed - fernet;
      return (plain > 0 ? bad : good)('count.credentials', { column, stored, plain });
    }),
    ...(empty ? columnTypes({ catalogue }) : []),
  ];
}

/** The type of the columns refuses plain text, whatever program writes. */
export function columnTypes({ catalogue }: { readonly catalogue: CatalogueFacts }): Evidence[] {
  return COLUMNS.map((column) => {
    const type = columnOf(catalogue, 'users', column)?.type ?? '';
    return type === SEALED
      ? good('column.sealed_type', { column, type })
      : bad('column.open_type', { column, type });
  });
}

/** Which keys the stored values are sealed with, since when, and whether one of them should be retired. */
export function sealingKeys({ counts, deployment: { currentKeyId } }: Facts): Evidence[] {
  if (!counts) return [unseen('count.hidden')];
  const unbound = counts.credentials.reduce((sum, { fernet }) => sum + fernet, 0);
  const seen = counts.sealing_keys.map(({ id, ...rest }) => {
    if (currentKeyId === null) {
      const several = counts.sealing_keys.length > 1;
      return (several ? bad : good)('key_id.seen', { id, ...rest });
    }
    return id === currentKeyId
      ? good('key_id.current', { id, ...rest })
      : bad('key_id.old', { id, ...rest });
  });
  return [
    ...(seen.length === 0 ? [good('key_id.none')] : seen),
    ...(unbound > 0 ? [bad('key_id.unbound', { values: unbound })] : []),
  ];
}

export function credentialAge({ counts }: Facts): Evidence[] {
  if (!counts) return [unseen('count.hidden')];
  const { credentials_old: old, credentials_of_unknown_age: unknown } = counts;
  return [(old + unknown > 0 ? bad : good)('age.credentials', { old, unknown, days: OLD_DAYS })];
}
