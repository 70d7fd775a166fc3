import { OmitType } from '@nestjs/swagger';
import { OneOf, Out, Text } from '../kernel/http/fields';
import { ListCalls } from './calls.dto';
import { CallView } from './calls.view';

const formats = ['csv', 'ndjson', 'json'] as const;

export class ExportCalls extends OmitType(ListCalls, ['limit', 'cursor', 'sort']) {
  @OneOf(formats, {
    description: 'Form of the file.',
    example: 'csv',
    optional: true,
    default: 'csv',
  })
  format: (typeof formats)[number] = 'csv';

  @Text([1, 500], {
    description:
      'Goes on behind a call: the id of the last one received, or a cursor of the list or of an earlier export with the same filters.',
    optional: true,
  })
  cursor?: string;
}

/** The file in JSON: the shape of a page of the list, with everything in it. */
export class CallExport {
  @Out('The calls, whole.', [], { type: [CallView], example: undefined })
  items!: CallView[];

  @Out('Always null: the file is complete.', 'null', { nullable: true, example: null })
  nextCursor!: string | null;
}

export class LineError {
  @Out('Path of the field, or `(line)`.', 'phoneNumberId')
  field!: string;

  @Out('Stable code of the rule.', 'phone_number.unknown')
  code!: string;

  @Out('The rule in words.', 'is no phone number of this tenant')
  message!: string;
}

export class RejectedLine {
  @Out('Number of the line, from 1.', 7)
  line!: number;

  @Out('What is wrong with it.', [], { type: [LineError], example: undefined })
  errors!: LineError[];
}

export class CallImport {
  @Out('Calls that are new.', 98)
  created!: number;

  @Out('Calls that were there, and differ in a field that their line has.', 1)
  updated!: number;

  @Out('Calls that were there as their line says.', 0)
  unchanged!: number;

  @Out('Lines that were not taken.', 1)
  rejectedCount!: number;

  @Out('The first 1000 of them.', [], { type: [RejectedLine], example: undefined })
  rejected!: RejectedLine[];
}
