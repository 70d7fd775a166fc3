import { asSent, Custom, Out, rule } from '../kernel/http/fields';

const NAME = /^[\w.-]{1,64}$/;

/** Names as clients wrote them, any JSON value; bounded, as it is kept in the user's row. */
const areFlags = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.keys(value).length <= 50 &&
  Object.keys(value).every((name) => NAME.test(name)) &&
  Buffer.byteLength(JSON.stringify(value)) <= 8192;

export class ChangeOnboarding {
  @Custom(
    { type: 'object', additionalProperties: true },
    {
      description: 'Flags to merge; null removes one, flags not named stay as they are.',
      example: { vapi_skipped: true },
    },
    asSent('flags'),
    rule('flags.invalid', areFlags),
  )
  flags!: Record<string, unknown>;
}

export const stepIds = [
  'account',
  'profile',
  'vapi',
  'twilio',
  'phone_number',
  'first_call',
] as const;
export type StepId = (typeof stepIds)[number];
export type StepState = 'todo' | 'done' | 'skipped';

export class OnboardingStep {
  @Out('The step.', 'vapi', { enum: stepIds })
  id!: StepId;

  @Out('Computed from what is there; `skipped` only while it is not done.', 'todo', {
    enum: ['todo', 'done', 'skipped'],
  })
  state!: StepState;
}

export class OnboardingView {
  @Out(
    'Your flags, word for word.',
    { vapi_skipped: true },
    { type: 'object', additionalProperties: true },
  )
  flags!: Record<string, unknown>;

  @Out('The steps in their order.', [], { type: [OnboardingStep], example: undefined })
  steps!: OnboardingStep[];

  @Out('Whether no step is left to do.', false)
  completed!: boolean;
}
