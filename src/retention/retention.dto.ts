import { Out, QueryNumber, WholeNumber } from '../kernel/http/fields';

const DAYS = [1, 36_500] as const;
const time = { format: 'date-time', nullable: true } as const;
const transcripts = 'Days that transcripts, messages, summaries and recording addresses are kept';
const calls = 'Days that calls are kept';

export class ChangeRetention {
  @WholeNumber(DAYS, { description: `${transcripts}; null for ever.`, example: 90, nullable: true })
  transcriptDays!: number | null;

  @WholeNumber(DAYS, { description: `${calls}; null for ever.`, example: 365, nullable: true })
  callDays!: number | null;
}

/** With neither of them, what is set. */
export class PreviewRetention {
  @QueryNumber(DAYS, { description: `${transcripts}.`, example: 90, optional: true })
  transcriptDays?: number;

  @QueryNumber(DAYS, { description: `${calls}.`, example: 365, optional: true })
  callDays?: number;
}

export class RetentionView {
  @Out(`${transcripts}; null for ever.`, 90, { nullable: true, type: 'integer' })
  transcriptDays!: number | null;

  @Out(`${calls}; null for ever.`, 365, { nullable: true, type: 'integer' })
  callDays!: number | null;

  @Out('When it was last changed.', '2025-01-31T09:30:00.000Z', time)
  changedAt!: Date | null;

  @Out('From when on the next run may begin; null when all is kept.', '2025-02-01T09:30:00Z', time)
  nextRunAt!: Date | null;

  @Out('When a run last came to its end.', '2025-01-31T08:30:00.000Z', time)
  lastRunAt!: Date | null;
}

export class RetentionPreview {
  @Out('Calls that would be deleted now.', 12, { type: 'integer' })
  calls!: number;

  @Out('Other calls that would lose transcript, messages, summary and recording.', 34, {
    type: 'integer',
  })
  transcripts!: number;

  @Out('When the oldest of them all began.', '2024-01-31T09:30:00.000Z', time)
  oldest!: Date | null;
}
