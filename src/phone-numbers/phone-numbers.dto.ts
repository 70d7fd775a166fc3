import { isSupportedCountry } from 'libphonenumber-js';
import { Custom, Line, OneOf, Out, QueryNumber, Text, rule } from '../kernel/http/fields';
import type { PhoneNumber } from './phone-number.entity';

const providers = ['twilio', 'vapi', 'other'] as const;
const label = {
  description: 'A name for the number; null removes it.',
  example: 'Accueil',
  optional: true,
  nullable: true,
};
const country = rule(
  'country.invalid',
  (value) => typeof value === 'string' && isSupportedCountry(value),
);

class Numbered {
  @Custom(
    { type: 'string', minLength: 2, maxLength: 2 },
    {
      description: 'Country (ISO 3166-1) of a number written without +.',
      example: 'FR',
      optional: true,
    },
    country,
  )
  defaultCountry?: string;

  @Line([1, 255], label)
  label?: string | null;

  @OneOf(providers, {
    description: 'Who provides the number.',
    example: 'twilio',
    optional: true,
    nullable: true,
  })
  provider?: string | null;
}

export class AddPhoneNumber extends Numbered {
  @Text([1, 64], {
    description: 'The number in any usual form; stored as E.164.',
    example: '+33 6 12 34 56 78',
  })
  number!: string;
}

export class ChangePhoneNumber extends Numbered {
  @Text([1, 64], {
    description: 'The number in any usual form; stored as E.164.',
    example: '06 12 34 56 78',
    optional: true,
  })
  number?: string;
}

export class ListPhoneNumbers {
  @QueryNumber([1, 100], {
    description: 'How many at most.',
    example: 25,
    optional: true,
    default: 25,
  })
  limit = 25;

  @Text([1, 500], {
    description: 'nextCursor of the page before.',
    example: undefined,
    optional: true,
  })
  cursor?: string;
}

export class PhoneNumberView {
  @Out('The number’s id.', '820d5d8b-af76-4ec6-adcd-56fed15c78bf', { format: 'uuid' })
  id!: string;

  @Out('E.164; numbers of the earlier system stay as they were written.', '+33612345678')
  number!: string;

  @Out('Its name.', 'Accueil', { nullable: true })
  label!: string | null;

  @Out('Who provides it.', 'twilio', { nullable: true })
  provider!: string | null;

  @Out('The member who brought it.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', { format: 'uuid' })
  ownerId!: string;

  @Out('When it was added.', '2025-01-31T09:30:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  static of({ id, number, label, provider, ownerId, createdAt }: PhoneNumber): PhoneNumberView {
    return { id, number, label, provider, ownerId, createdAt };
  }
}

export class PhoneNumberPage {
  @Out('The numbers, newest first.', [], { type: [PhoneNumberView], example: undefined })
  items!: PhoneNumberView[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
