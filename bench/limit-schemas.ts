/** Response schemas let Fastify write JSON without looking at the type of each value. */
const text = { type: 'string', nullable: true };
const number = { type: 'number', nullable: true };
const time = { type: 'string', format: 'date-time', nullable: true };

const summary = {
  id: { type: 'string' },
  customer: text,
  status: text,
  direction: text,
  startedAt: time,
  endedAt: time,
  durationSeconds: { type: 'integer', nullable: true },
  summary: text,
  phoneNumberId: text,
  cost: number,
  endedReason: text,
  createdAt: time,
};

const call = {
  ...summary,
  transcript: text,
  messages: {},
  recordingUrl: text,
  provider: text,
  providerCallId: text,
  notes: text,
  tags: { type: 'array', items: { type: 'string' } },
  erasedAt: time,
};

const object = (properties: object) => ({ type: 'object', properties });
const response = (properties: object) => ({ response: { 200: object(properties) } });

const settingsView = {
  configured: { type: 'boolean' },
  apiKey: text,
  updatedAt: time,
  verifiedAt: time,
  status: { type: 'string' },
};

export const list = {
  querystring: object({
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 25 },
    cursor: { type: 'string' },
  }),
  ...response({ items: { type: 'array', items: object(summary) }, nextCursor: text }),
};

export const one = response(call);

export const settings = response(settingsView);

export const saveSettings = {
  body: {
    ...object({ apiKey: { type: 'string', minLength: 8, maxLength: 512 } }),
    required: ['apiKey'],
  },
  ...settings,
};
