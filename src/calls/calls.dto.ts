import { isPossiblePhoneNumber } from 'libphonenumber-js';
import {
  Amount,
  asSent,
  Custom,
  Instant,
  OneOf,
  QueryNumber,
  rule,
  Text,
  TextList,
  Uuid,
  WholeNumber,
} from '../kernel/http/fields';
import { SearchCalls } from './call-search.dto';

const directions = ['inbound', 'outbound', 'web'] as const;
/** Vapi's call states (@vapi-ai/server-sdk 2.0.1) and the outcomes that telephone providers report. */
const statuses = [
  'scheduled',
  'queued',
  'ringing',
  'in-progress',
  'forwarding',
  'ended',
  'failed',
  'busy',
  'no-answer',
  'canceled',
  'not-found',
  'deletion-failed',
] as const;

const isE164 = (value: unknown) =>
  typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value) && isPossiblePhoneNumber(value);
const isWebUrl = (value: unknown) =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
const areMessages = (value: unknown) =>
  Array.isArray(value) &&
  value.length <= 2000 &&
  value.every((m: unknown) => typeof (m as { role?: unknown } | null)?.role === 'string');

const notes = {
  description: 'Notes of the team; null removes them.',
  example: 'Called back on Monday.',
  optional: true,
  nullable: true,
};
const tags = { description: 'Labels of the team, each once.', example: ['vip'], optional: true };

export class ListCalls extends SearchCalls {
  @QueryNumber([1, 100], {
    description: 'How many at most.',
    example: 25,
    optional: true,
    default: 25,
  })
  limit = 25;

  @Text([1, 500], {
    description: 'nextCursor of the page before, with the same filters.',
    optional: true,
  })
  cursor?: string;

  @Text([1, 32], { description: 'Only calls in this state.', example: 'ended', optional: true })
  status?: string;

  @OneOf(directions, {
    description: 'Only calls of this direction.',
    example: 'inbound',
    optional: true,
  })
  direction?: string;

  @Text([1, 64], {
    description: 'Only calls with this number.',
    example: '+33612100067',
    optional: true,
  })
  customer?: string;

  @Uuid({
    description: 'Only calls on this phone number.',
    example: '820d5d8b-af76-4ec6-adcd-56fed15c78bf',
    optional: true,
  })
  phoneNumberId?: string;

  @Text([1, 64], { description: 'Only calls with this label.', example: 'vip', optional: true })
  tag?: string;

  @Instant({ description: 'Started at or after.', example: '2025-01-01T00:00:00Z', optional: true })
  startedAtGe?: string;

  @Instant({ description: 'Started after.', example: '2025-01-01T00:00:00Z', optional: true })
  startedAtGt?: string;

  @Instant({
    description: 'Started at or before.',
    example: '2026-01-01T00:00:00Z',
    optional: true,
  })
  startedAtLe?: string;

  @Instant({ description: 'Started before.', example: '2026-01-01T00:00:00Z', optional: true })
  startedAtLt?: string;

  @OneOf(['desc', 'asc'], {
    description: 'Newest or oldest first.',
    example: 'desc',
    optional: true,
    default: 'desc',
  })
  order: 'desc' | 'asc' = 'desc';
}

export class RecordCall {
  @Instant({ description: 'When the call began.', example: '2025-01-31T09:30:00Z' })
  startedAt!: string;

  @OneOf(directions, { description: 'Who called whom.', example: 'inbound' })
  direction!: string;

  @OneOf(statuses, { description: 'State of the call.', example: 'ended' })
  status!: string;

  @Instant({
    description: 'When it ended.',
    example: '2025-01-31T09:34:00Z',
    optional: true,
    nullable: true,
  })
  endedAt?: string | null;

  @Custom(
    { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' },
    {
      description: 'The other party’s number, E.164.',
      example: '+33612100067',
      optional: true,
      nullable: true,
    },
    rule('phone.e164', isE164),
  )
  customer?: string | null;

  @Text([0, 1_000_000], {
    description: 'What was said.',
    example: 'Bonjour…',
    optional: true,
    nullable: true,
  })
  transcript?: string | null;

  @Text([0, 20_000], {
    description: 'What it was about.',
    example: 'Asks for a date.',
    optional: true,
    nullable: true,
  })
  summary?: string | null;

  @WholeNumber([0, 604_800], {
    description: 'Length in seconds; computed from startedAt and endedAt when left out.',
    example: 240,
    optional: true,
    nullable: true,
  })
  durationSeconds?: number | null;

  @Text([1, 128], {
    description: 'Why it ended.',
    example: 'customer-ended-call',
    optional: true,
    nullable: true,
  })
  endedReason?: string | null;

  @Amount([0, 999_999], {
    description: 'Cost in US dollars.',
    example: 0.42,
    optional: true,
    nullable: true,
  })
  cost?: number | null;

  @Custom(
    { type: 'string', format: 'uri', maxLength: 2048 },
    {
      description: 'Where the recording is.',
      example: 'https://example.com/r/1.mp3',
      optional: true,
      nullable: true,
    },
    rule('text.length', (v) => typeof v === 'string' && v.length <= 2048, { min: 1, max: 2048 }),
    rule('url.invalid', isWebUrl),
  )
  recordingUrl?: string | null;

  @OneOf(['vapi', 'twilio', 'other'], {
    description: 'Where the call took place; `other` when left out.',
    example: 'vapi',
    optional: true,
  })
  provider?: string;

  @Text([1, 255], {
    description: 'The provider’s id of the call; recording it again answers the stored call.',
    example: '7f1f7b7e-7a53-4d0f-9f0c-2f5b8a2f2f11',
    optional: true,
  })
  providerCallId?: string;

  @Uuid({
    description: 'The phone number of your tenant it came in on.',
    example: '820d5d8b-af76-4ec6-adcd-56fed15c78bf',
    optional: true,
    nullable: true,
  })
  phoneNumberId?: string | null;

  @Custom(
    { type: 'array', items: { type: 'object', additionalProperties: true }, maxItems: 2000 },
    {
      description: 'The turns of the conversation as the provider tells them.',
      example: [{ role: 'bot', message: 'Bonjour' }],
      optional: true,
      nullable: true,
    },
    asSent('messages'),
    rule('messages.invalid', areMessages),
  )
  messages?: object[] | null;

  @Text([0, 10_000], notes)
  notes?: string | null;

  @TextList(20, [1, 64], tags)
  tags?: string[];
}

export class ChangeCall {
  @Text([0, 10_000], notes)
  notes?: string | null;

  @TextList(20, [1, 64], tags)
  tags?: string[];
}
