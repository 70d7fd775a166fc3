import type { Locale } from './problem-catalogue';

/** What can be wrong with one field. `{name}` places are filled from the rule's parameters. */
const messages = {
  'field.required': ['is required', 'est obligatoire'],
  'field.unknown': ['is not a field of this request', 'n’est pas un champ de cette requête'],
  'field.null': ['cannot be null', 'ne peut pas être null'],
  'body.object': ['must be a JSON object', 'doit être un objet JSON'],
  'line.malformed': ['must be JSON in UTF-8', 'doit être du JSON en UTF-8'],
  'line.too_long': ['must have at most 1 MiB', 'doit avoir au plus 1 Mio'],
  'line.too_deep': ['must nest at most 32 levels', 'doit imbriquer au plus 32 niveaux'],
  'line.too_many_values': [
    'must hold at most 50,000 values',
    'doit contenir au plus 50 000 valeurs',
  ],
  'text.type': ['must be text', 'doit être du texte'],
  'text.length': ['must have {min} to {max} characters', 'doit avoir de {min} à {max} caractères'],
  'text.characters': [
    'must not contain NUL or unpaired surrogate characters',
    'ne doit contenir ni NUL ni demi-codet isolé',
  ],
  'text.line': [
    'must be one line without control characters, also those that turn text around',
    'doit tenir sur une ligne, sans caractères de contrôle, ni ceux qui inversent le texte',
  ],
  'name.link': ['must not be a link', 'ne doit pas être un lien'],
  'name.reserved': ['is a reserved name', 'est un nom réservé'],
  'number.inexact': [
    'is too large to be kept exactly',
    'est trop grand pour être gardé exactement',
  ],
  'text.blank': ['must not be blank', 'ne doit pas être vide'],
  'text.visible_ascii': [
    'must consist of {min} to {max} visible ASCII characters',
    'doit être formé de {min} à {max} caractères ASCII visibles',
  ],
  'text.pattern': ['must look like {like}', 'doit ressembler à {like}'],
  'email.invalid': ['must be an e-mail address', 'doit être une adresse e-mail'],
  'choice.invalid': ['must be one of {choices}', 'doit être parmi {choices}'],
  'integer.invalid': [
    'must be a whole number from {min} to {max}',
    'doit être un nombre entier de {min} à {max}',
  ],
  'number.invalid': [
    'must be a number from {min} to {max}',
    'doit être un nombre de {min} à {max}',
  ],
  'boolean.invalid': ['must be true or false', 'doit être true ou false'],
  'instant.invalid': [
    'must be an ISO 8601 time with a zone, such as 2025-01-31T09:30:00Z',
    'doit être une heure ISO 8601 avec fuseau, comme 2025-01-31T09:30:00Z',
  ],
  'uuid.invalid': ['must be a UUID', 'doit être un UUID'],
  'list.invalid': [
    'must be a list of at most {max} entries',
    'doit être une liste d’au plus {max} entrées',
  ],
  'flags.invalid': [
    'must be an object of at most 50 flags (names of 1 to 64 letters, digits, _ . or -) and 8 KiB in all',
    'doit être un objet d’au plus 50 indicateurs (noms de 1 à 64 lettres, chiffres, _ . ou -) et 8 Kio en tout',
  ],
  'messages.invalid': [
    'must be a list of at most 2000 objects, each with a text role',
    'doit être une liste d’au plus 2000 objets, chacun avec un role textuel',
  ],
  'url.invalid': ['must be an http or https URL', 'doit être une URL http ou https'],
  'phone.not_a_number': ['is not a phone number', 'n’est pas un numéro de téléphone'],
  'phone.country_missing': [
    'needs a country: write it with + and the country code, or send defaultCountry',
    'demande un pays : écrivez-le avec + et l’indicatif, ou envoyez defaultCountry',
  ],
  'phone.too_short': [
    'is too short for a phone number',
    'est trop court pour un numéro de téléphone',
  ],
  'phone.too_long': ['is too long for a phone number', 'est trop long pour un numéro de téléphone'],
  'phone.unassigned': [
    'does not belong to any range in use in its country',
    'n’appartient à aucune tranche en service dans son pays',
  ],
  'phone.e164': [
    'must be a number in E.164 form, such as +33612345678',
    'doit être un numéro au format E.164, comme +33612345678',
  ],
  'country.invalid': [
    'must be a two-letter country code',
    'doit être un code de pays à deux lettres',
  ],
  'phone_number.unknown': ['is no phone number of this tenant', 'n’est pas un numéro de ce tenant'],
  'search.nothing': [
    'must have a word to look for: letters or digits, and not only words that are excluded',
    'doit contenir un mot à chercher : lettres ou chiffres, et pas seulement des mots exclus',
  ],
  'search.terms': ['must have at most 10 terms', 'doit avoir au plus 10 termes'],
  'search.prefix': [
    'must have at least 3 letters or digits before *',
    'doit avoir au moins 3 lettres ou chiffres avant *',
  ],
  'search.required': [
    'by relevance is an order of what is searched for: send q too',
    'par pertinence ne vaut que pour une recherche : envoyez aussi q',
  ],
  'filter.required': ['must have a filter', 'doit avoir un filtre'],
  'filter.too_many': [
    'chooses more than {max} calls: narrow it, and take the rest later',
    'choisit plus de {max} appels : restreignez-le, et prenez le reste ensuite',
  ],
  'period.empty': ['leaves nothing between from and to', 'ne laisse rien entre from et to'],
  'period.too_long': [
    'is too short for the period, which may have at most {max} of them',
    'est trop court pour la période, qui peut en compter au plus {max}',
  ],
  'time_zone.invalid': [
    'must be the IANA name of a time zone, such as Europe/Paris, or UTC',
    'doit être le nom IANA d’un fuseau horaire, comme Europe/Paris, ou UTC',
  ],
  'time.order': ['must not be before startedAt', 'ne doit pas précéder startedAt'],
  'time.length': [
    'must be at most 7 days after startedAt',
    'ne doit pas suivre startedAt de plus de 7 jours',
  ],
  'password.unchanged': ['must differ from the current one', 'doit différer de l’actuel'],
  'tenant.name_mismatch': [
    'must be the exact name of the tenant',
    'doit être le nom exact du tenant',
  ],
  'member.self': ['must be another member than yourself', 'doit être un autre membre que vous'],
  'current_password.required': [
    'is required to change the address',
    'est obligatoire pour changer l’adresse',
  ],
} as const satisfies Record<string, readonly [en: string, fr: string]>;

export type FieldCode = keyof typeof messages;
export type FieldParams = Readonly<Record<string, string | number>>;

export interface FieldError {
  /** Path of the field, such as `email` or `tags[2]`. */
  readonly field: string;
  readonly code: FieldCode;
  readonly params?: FieldParams;
}

export function fieldMessage({ code, params = {} }: FieldError, locale: Locale): string {
  const template = messages[code][locale === 'fr' ? 1 : 0];
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

/** A rule's code and parameters as class-validator carries them: in the message. */
export function tell(code: FieldCode, params?: FieldParams): string {
  return JSON.stringify({ code, params });
}

/** The inverse of `tell`. */
export function told(field: string, message: string): FieldError {
  return { field, ...(JSON.parse(message) as Omit<FieldError, 'field'>) };
}
