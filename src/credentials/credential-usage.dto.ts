import { Out } from '../kernel/http/fields';
import type { Provider } from '../providers/providers.types';

const providers: readonly Provider[] = ['vapi', 'twilio'];

export class CredentialUsageView {
  @Out('Whose credentials.', 'vapi', { enum: providers })
  provider!: Provider;

  @Out(
    'What was done with them, as in the audit trail: credential.set, .clear, .verify, .reveal, .reveal_refused and others.',
    'credential.reveal',
  )
  action!: string;

  @Out('When it was last done.', '2025-01-31T09:30:00.000Z', { format: 'date-time' })
  lastAt!: Date;

  @Out('How often it was done.', 3, { type: 'integer' })
  times!: number;
}

export class CredentialUsageList {
  @Out('What was done with your credentials, latest first.', [], {
    type: [CredentialUsageView],
    example: undefined,
  })
  items!: CredentialUsageView[];

  @Out('Always null: the list is complete.', 'null', { nullable: true, example: null })
  nextCursor!: string | null;
}
