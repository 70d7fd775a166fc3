import type { ApiPropertyOptions } from '@nestjs/swagger';
import { Out } from '../kernel/http/fields';
import type { Highlighter } from './call-highlights';
import type { Call } from './call.entity';

const time = { format: 'date-time', nullable: true } as const;

export type CallSummaryRow = Pick<
  Call,
  | 'id'
  | 'customer'
  | 'status'
  | 'direction'
  | 'startedAt'
  | 'endedAt'
  | 'durationSeconds'
  | 'summary'
  | 'phoneNumberId'
  | 'cost'
  | 'endedReason'
  | 'createdAt'
>;

export class CallSummary {
  @Out('The call’s id.', 'f69f8e28-5ffb-43ea-b018-0da95cb7aee9', { format: 'uuid' })
  id!: string;

  @Out('The other party’s number.', '+33612100067', { nullable: true })
  customer!: string | null;

  @Out('State of the call.', 'ended', { nullable: true })
  status!: string | null;

  @Out('Who called whom.', 'inbound', { nullable: true })
  direction!: string | null;

  @Out('When it began.', '2025-01-31T09:30:00.000Z', time)
  startedAt!: Date | null;

  @Out('When it ended.', '2025-01-31T09:34:00.000Z', time)
  endedAt!: Date | null;

  @Out('Length in seconds.', 240, { nullable: true, type: 'integer' })
  durationSeconds!: number | null;

  @Out('What it was about.', 'Asks for a date.', { nullable: true })
  summary!: string | null;

  @Out('The phone number it came in on.', '820d5d8b-af76-4ec6-adcd-56fed15c78bf', {
    nullable: true,
    format: 'uuid',
  })
  phoneNumberId!: string | null;

  @Out('Cost in US dollars.', 0.42, { nullable: true })
  cost!: number | null;

  @Out('Why it ended.', 'customer-ended-call', { nullable: true })
  endedReason!: string | null;

  @Out('When it was recorded here.', '2025-01-31T09:35:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  static of(row: CallSummaryRow): CallSummary {
    return {
      id: row.id,
      customer: row.customer,
      status: row.status,
      direction: row.direction,
      startedAt: row.startedAt,
      endedAt: row.endedAt,
      durationSeconds: row.durationSeconds,
      summary: row.summary,
      phoneNumberId: row.phoneNumberId,
      cost: row.cost,
      endedReason: row.endedReason,
      createdAt: row.createdAt,
    };
  }
}

export class CallView extends CallSummary {
  @Out('What was said.', 'Bonjour, je voudrais parler au service client.', { nullable: true })
  transcript!: string | null;

  @Out('The turns of the conversation.', [{ role: 'bot', message: 'Bonjour' }], {
    nullable: true,
    type: 'array',
    items: { type: 'object', additionalProperties: true },
  })
  messages!: object[] | null;

  @Out('Where the recording is.', 'https://example.com/r/1.mp3', { nullable: true })
  recordingUrl!: string | null;

  @Out('Where the call took place.', 'vapi', { nullable: true })
  provider!: string | null;

  @Out('The provider’s id of the call.', '7f1f7b7e-7a53-4d0f-9f0c-2f5b8a2f2f11', { nullable: true })
  providerCallId!: string | null;

  @Out('Notes of the team.', 'Called back on Monday.', { nullable: true })
  notes!: string | null;

  @Out('Labels of the team.', ['vip'], { type: [String] })
  tags!: string[];

  @Out('When everything about the caller was erased from it.', '2025-03-01T10:00:00.000Z', time)
  erasedAt!: Date | null;

  static override of(call: Call): CallView {
    return {
      ...CallSummary.of(call),
      transcript: call.transcript,
      messages: call.messages,
      recordingUrl: call.recordingUrl,
      provider: call.provider,
      providerCallId: call.providerCallId,
      notes: call.notes,
      tags: call.tags,
      erasedAt: call.erasedAt,
    };
  }
}

export type FoundCall = CallSummaryRow & { readonly searched: string | null };

export class HighlightPart {
  @Out('Plain text, as it stands there.', 'facture')
  text!: string;

  @Out('Whether it is what was searched for.', true)
  match!: boolean;
}

const parts = {
  type: [HighlightPart],
  required: false,
  example: undefined,
} satisfies ApiPropertyOptions;

export class CallHighlights {
  @Out('Where the summary has it.', [], parts)
  summary?: HighlightPart[];

  @Out('Where the first 20,000 characters of the transcript have it.', [], parts)
  transcript?: HighlightPart[];
}

export class CallListItem extends CallSummary {
  @Out(
    'With q: what was found, in parts of plain text; none of them is HTML.',
    {},
    {
      type: CallHighlights,
      required: false,
      example: undefined,
    },
  )
  highlights?: CallHighlights;

  static found(row: FoundCall, highlighter: Highlighter): CallListItem {
    const [summary, transcript] = [row.summary, row.searched].map((text) => highlighter.show(text));
    const highlights = { ...(summary && { summary }), ...(transcript && { transcript }) };
    return { ...CallSummary.of(row), highlights };
  }
}

export class CallPage {
  @Out('The calls.', [], { type: [CallListItem], example: undefined })
  items!: CallListItem[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
