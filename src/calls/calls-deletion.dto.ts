import { OmitType } from '@nestjs/swagger';
import { asSent, Custom, Out, rule, Text } from '../kernel/http/fields';
import { ListCalls } from './calls.dto';

/** The filters of the list. */
export class CallFilter extends OmitType(ListCalls, ['limit', 'cursor', 'sort', 'order']) {}

const isObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class PreviewDeletion {
  @Custom(
    { type: () => CallFilter },
    {
      description: 'Which calls: at least one filter of GET /calls.',
      example: { status: 'failed' },
    },
    asSent('filter'),
    rule('body.object', isObject),
  )
  filter!: object;
}

export class DeleteCalls extends PreviewDeletion {
  @Text([1, 200], {
    description: 'confirm of the preview with the same filter.',
    example: 'AaIUYi4veRowSwR1QkkvneeY1yl6EA',
  })
  confirm!: string;
}

const time = { format: 'date-time', nullable: true } as const;

export class DeletionOfCalls {
  @Out('How many calls the filter chooses.', 250, { type: 'integer' })
  count!: number;

  @Out('When the oldest of them began.', '2024-01-31T09:30:00.000Z', time)
  oldest!: Date | null;

  @Out('When the newest of them began.', '2024-12-31T09:30:00.000Z', time)
  newest!: Date | null;

  @Out('Send it to POST /calls/delete within 10 minutes.', 'AaIUYi4veRowSwR1QkkvneeY1yl6EA')
  confirm!: string;
}

export class DeletedCalls {
  @Out('How many calls were deleted.', 250, { type: 'integer' })
  deleted!: number;
}
