import { OneOf, Out, QueryNumber, Text } from '../kernel/http/fields';

const states = ['created', 'retry', 'active', 'completed', 'failed'] as const;
export type JobState = (typeof states)[number];

export class ListJobs {
  @OneOf(states, {
    description: 'Which jobs; those that are done stay for an hour, those that failed for 14 days.',
    example: 'failed',
    optional: true,
    default: 'failed',
  })
  state: JobState = 'failed';

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

export class JobView {
  @Out('The job’s id.', '820d5d8b-af76-4ec6-adcd-56fed15c78bf', { format: 'uuid' })
  id!: string;

  @Out('What kind of work it is.', 'mail')
  queue!: string;

  @Out('Where it stands.', 'failed', { enum: [...states] })
  state!: JobState;

  @Out('How often it was tried.', 7, { type: 'integer' })
  tries!: number;

  @Out(
    'The tenant it is for; null when it is for a person.',
    '5b0e3f3c-6f5f-4d4e-8f52-3c1f0a6c2d11',
    {
      format: 'uuid',
      nullable: true,
    },
  )
  tenantId!: string | null;

  @Out('When it was added.', '2026-01-31T09:30:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  @Out('Why the last try failed, as a stable code.', 'mail.refused', { nullable: true })
  error!: string | null;

  static of({ id, queue, state, tries, tenantId, createdAt, error }: JobView): JobView {
    return { id, queue, state, tries, tenantId, createdAt, error };
  }
}

export class JobPage {
  @Out('The jobs, newest first.', [], { type: [JobView], example: undefined })
  items!: JobView[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
