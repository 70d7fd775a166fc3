import { Line, OneOf, Out, Pattern, Text } from '../kernel/http/fields';
import type { AvaProfile } from './ava-profile.entity';

/** OpenAI's voices as Vapi's SDK lists them (provider `openai`, @vapi-ai/server-sdk 2.0.1). */
export const voices = [
  'alloy',
  'echo',
  'fable',
  'onyx',
  'nova',
  'shimmer',
  'marin',
  'cedar',
] as const;
export const tones = ['calm', 'warm', 'friendly', 'professional', 'energetic', 'concise'] as const;

const about = {
  name: { description: 'The name the assistant gives.', example: 'Ava' },
  voice: { description: 'One of the voices of GET /ava-profile/options.', example: 'alloy' },
  tone: { description: 'One of the tones of GET /ava-profile/options.', example: 'calm' },
  language: { description: 'Language tag the assistant speaks.', example: 'fr', optional: true },
  firstMessage: {
    description: 'What the assistant says first; empty lets it choose.',
    example: 'Bonjour, ici Ava. Comment puis-je vous aider ?',
    optional: true,
  },
  instructions: {
    description: 'What the assistant should know and do.',
    example: 'Take messages. Opening hours: 9 to 18.',
    optional: true,
  },
};
const LANGUAGE = /^[a-z]{2,3}(-[A-Z]{2})?$/;

class OptionalParts {
  @Pattern(LANGUAGE, 'fr or fr-CA', about.language)
  language?: string;

  @Text([0, 1000], about.firstMessage)
  firstMessage?: string;

  @Text([0, 20_000], about.instructions)
  instructions?: string;
}

export class ReplaceProfile extends OptionalParts {
  @Line([1, 255], about.name)
  name!: string;

  @OneOf(voices, about.voice)
  voice!: string;

  @OneOf(tones, about.tone)
  tone!: string;
}

export class ChangeProfile extends OptionalParts {
  @Line([1, 255], { ...about.name, optional: true })
  name?: string;

  @OneOf(voices, { ...about.voice, optional: true })
  voice?: string;

  @OneOf(tones, { ...about.tone, optional: true })
  tone?: string;
}

export class AvaProfileView {
  @Out(about.name.description, 'Ava')
  name!: string;

  @Out('Voice of the assistant.', 'alloy')
  voice!: string;

  @Out('Tone of the assistant.', 'calm')
  tone!: string;

  @Out(about.language.description, 'fr')
  language!: string;

  @Out(about.firstMessage.description, 'Bonjour, ici Ava.')
  firstMessage!: string;

  @Out(about.instructions.description, 'Take messages.')
  instructions!: string;

  @Out('Counted up by each change; also the ETag.', 3)
  version!: number;

  @Out('When it was last changed.', '2025-01-31T09:30:00.000Z', { format: 'date-time' })
  updatedAt!: Date;

  static of(p: AvaProfile): AvaProfileView {
    const { name, voice, tone, language, firstMessage, instructions, version, updatedAt } = p;
    return { name, voice, tone, language, firstMessage, instructions, version, updatedAt };
  }
}

export class ProfileOptions {
  @Out('Voices that can be chosen.', [...voices], { type: [String] })
  voices!: readonly string[];

  @Out('Tones that can be chosen.', [...tones], { type: [String] })
  tones!: readonly string[];
}
