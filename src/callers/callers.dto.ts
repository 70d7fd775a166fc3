import { Out, Text } from '../kernel/http/fields';
import { PageQuery } from '../kernel/http/page-query';

export class OfCaller {
  @Text([1, 64], {
    description:
      'The caller’s number. With + and the country code, every usual way to write it is found; otherwise these digits only.',
    example: '+33612100067',
  })
  number!: string;
}

export class EraseCaller extends OfCaller {
  @Text([1, 100], {
    description: 'As POST /callers/erase-preview gave it to you for this number.',
    example: '1764064800000.gXcOWVJKZ3q0lYc2l9d8s7t6u5v4w3x2y1z0A9B8C7D',
  })
  confirm!: string;
}

export class ListReceipts extends PageQuery {}

export class ErasurePreview {
  @Out('Calls with this number: all that was said in them is erased.', 3, { type: 'integer' })
  calls!: number;

  @Out('Other calls in which the number is mentioned: it is masked there.', 1, { type: 'integer' })
  mentions!: number;

  @Out('How the number is written in those calls, 20 forms at most.', ['+33612100067'], {
    type: [String],
  })
  forms!: string[];

  @Out('When it was last erased here, by a receipt.', '2025-03-01T10:00:00.000Z', {
    format: 'date-time',
    nullable: true,
  })
  erasedBefore!: Date | null;

  @Out(
    'Send it with POST /callers/erase within an hour.',
    '1764064800000.gXcOWVJKZ3q0lYc2l9d8s7t6u5v4w3x2y1z0A9B8C7D',
  )
  confirm!: string;
}

export class ReceiptView {
  @Out('The receipt’s id.', '0c8f4d52-52cf-4d0c-9a5e-0e4a57f7ff0e', { format: 'uuid' })
  id!: string;

  @Out('When it was erased.', '2025-03-01T10:00:00.000Z', { format: 'date-time' })
  at!: Date;

  @Out('Who erased it.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', { format: 'uuid' })
  by!: string;

  @Out(
    'HMAC of the number, which is not kept itself.',
    'gXcOWVJKZ3q0lYc2l9d8s7t6u5v4w3x2y1z0A9B8C7D',
  )
  numberHash!: string;

  @Out('Calls that were erased.', 3, { type: 'integer' })
  callsErased!: number;

  @Out('Other calls in which the number was masked.', 1, { type: 'integer' })
  mentionsMasked!: number;

  @Out('HMAC of all of it.', 'hXcOWVJKZ3q0lYc2l9d8s7t6u5v4w3x2y1z0A9B8C7D')
  signature!: string;

  @Out('Whether this server signed exactly this, with a key that it still has.', true)
  genuine!: boolean;
}

export class ReceiptPage {
  @Out('The receipts, newest first.', [], { type: [ReceiptView], example: undefined })
  items!: ReceiptView[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
