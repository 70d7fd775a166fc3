import { Custom, Instant, OneOf, Out, rule } from '../kernel/http/fields';

const buckets = ['hour', 'day', 'week', 'month'] as const;
export type Bucket = (typeof buckets)[number];

/** With an area, or UTC: PostgreSQL takes `CET` and the like for an offset without summer time, and `+1` for its opposite. */
const ZONE = /^(UTC|[A-Za-z_]{1,32}(\/[A-Za-z0-9_+-]{1,32}){1,2})$/;

function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || !ZONE.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

export class AskStats {
  @Instant({
    description: 'Calls from then on; 30 days before `to` when left out.',
    example: '2025-01-01T00:00:00Z',
    optional: true,
  })
  from?: string;

  @Instant({
    description: 'Calls before then; now when left out.',
    example: '2025-02-01T00:00:00Z',
    optional: true,
  })
  to?: string;

  @OneOf(buckets, {
    description:
      'How long a bucket is. Days, weeks (from Monday) and months are those of the time zone.',
    example: 'day',
    optional: true,
    default: 'day',
  })
  bucket: Bucket = 'day';

  @Custom(
    { type: 'string', maxLength: 100 },
    {
      description: 'IANA name of the time zone.',
      example: 'Europe/Paris',
      optional: true,
      default: 'UTC',
    },
    rule('time_zone.invalid', isTimeZone),
  )
  timeZone = 'UTC';
}

const count = { type: 'integer' } as const;

class StatusCount {
  @Out('State of the calls; null where there is none.', 'ended', { nullable: true })
  status!: string | null;

  @Out('How many.', 40, count)
  calls!: number;
}

class EndedReasonCount {
  @Out('Why they ended; null where that is not known.', 'customer-ended-call', { nullable: true })
  endedReason!: string | null;

  @Out('How many.', 40, count)
  calls!: number;
}

class CallDurations {
  @Out('Mean length in seconds; null without a call that has one.', 93.5, { nullable: true })
  mean!: number | null;

  @Out('Half of the calls are no longer than this, in seconds.', 61, { ...count, nullable: true })
  p50!: number | null;

  @Out('95 % of the calls are no longer.', 310, { ...count, nullable: true })
  p95!: number | null;
}

class CallFigures {
  @Out('How many calls.', 42, count)
  calls!: number;

  @Out('How many of them somebody took; see docs/statistics.md.', 40, count)
  answered!: number;

  @Out('answered ÷ calls; null without calls.', 0.9524, { nullable: true })
  answeredShare!: number | null;

  @Out('Of the calls that have a length.', {}, { type: CallDurations, example: undefined })
  durations!: CallDurations;

  @Out('What they cost in US dollars.', 12.5)
  cost!: number;

  @Out('By the 20 most frequent states of the period and the one before.', [], {
    type: [StatusCount],
    example: undefined,
  })
  byStatus!: StatusCount[];

  @Out('By the 20 most frequent reasons of the period and the one before.', [], {
    type: [EndedReasonCount],
    example: undefined,
  })
  byEndedReason!: EndedReasonCount[];
}

const time = { format: 'date-time' } as const;

export class StatsBucket extends CallFigures {
  @Out(
    'When it begins; the first may begin before `from`, of which nothing is counted.',
    '2025-01-01T00:00:00.000Z',
    time,
  )
  start!: Date;
}

export class StatsPeriod extends CallFigures {
  @Out('Calls from then on.', '2025-01-01T00:00:00.000Z', time)
  from!: Date;

  @Out('Calls before then.', '2025-02-01T00:00:00.000Z', time)
  to!: Date;
}

export class CallStats {
  @Out('How long a bucket is.', 'day', { enum: [...buckets] })
  bucket!: Bucket;

  @Out('The time zone.', 'Europe/Paris')
  timeZone!: string;

  @Out('The whole period.', {}, { type: StatsPeriod, example: undefined })
  period!: StatsPeriod;

  @Out('As long a time right before it.', {}, { type: StatsPeriod, example: undefined })
  previous!: StatsPeriod;

  @Out('One after another, also those without calls.', [], {
    type: [StatsBucket],
    example: undefined,
  })
  buckets!: StatsBucket[];
}

export class TagCount {
  @Out('The tag; pass it to GET /calls as tag.', 'vip')
  tag!: string;

  @Out('How many calls have it.', 12, count)
  calls!: number;
}

export class TagPage {
  @Out('The tags.', [], { type: [TagCount], example: undefined })
  items!: TagCount[];

  @Out('Always null: there is one page.', 'null', { nullable: true, example: null })
  nextCursor!: string | null;
}
