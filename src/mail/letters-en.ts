import { told, type Texts } from './letters';

const until = (at: Date) => `The link works once, until ${told(at, 'en')}.`;
const roles = { owner: 'an owner', admin: 'an administrator', member: 'a member' } as const;
const IGNORE = 'If you did not ask for this, ignore this mail: nothing will change.';
const NOT_YOU = 'If it was not you, set a new password now: that ends every session.';

export const english: Texts = {
  invitation: ({ inviter, tenant, role, expiresAt }) => ({
    subject: `${inviter} invites you to ${tenant} on Ava`,
    paragraphs: [
      `${inviter} invites you to join ${tenant} on Ava as ${roles[role]}.`,
      until(expiresAt),
    ],
    action: 'Accept the invitation:',
    ending: 'If you do not know the sender, ignore this mail: nothing will change.',
  }),
  'verify-email': ({ expiresAt }) => ({
    subject: 'Confirm your address',
    paragraphs: ['Confirm that this address is yours to finish setting up Ava.', until(expiresAt)],
    action: 'Confirm the address:',
    ending: IGNORE,
  }),
  'password-reset': ({ expiresAt }) => ({
    subject: 'Set a new password',
    paragraphs: ['Somebody asked for a new password for your Ava account.', until(expiresAt)],
    action: 'Set a new password:',
    ending: IGNORE,
  }),
  'password-changed': ({ at }) => ({
    subject: 'Your password was changed',
    paragraphs: [`The password of your Ava account was changed on ${told(at, 'en')}.`],
    action: 'Set a new password:',
    ending: NOT_YOU,
  }),
  'email-change': ({ expiresAt }) => ({
    subject: 'Confirm your new address',
    paragraphs: [
      'Confirm that this address is yours to use it for your Ava account.',
      until(expiresAt),
    ],
    action: 'Confirm the address:',
    ending: IGNORE,
  }),
  'email-changed': ({ at }) => ({
    subject: 'Your address was changed',
    paragraphs: [
      `The address of your Ava account was changed on ${told(at, 'en')}. This one no longer signs you in.`,
    ],
    action: 'Open Ava:',
    ending: 'If it was not you, write to whoever runs this installation at once.',
  }),
};
