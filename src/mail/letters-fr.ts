import { told, type Texts } from './letters';

const until = (at: Date) => `Le lien fonctionne une seule fois, jusqu’au ${told(at, 'fr')}.`;
const roles = {
  owner: 'que propriétaire',
  admin: 'qu’administrateur',
  member: 'que membre',
} as const;
const IGNORE = 'Si vous n’avez rien demandé, ignorez ce message : rien ne changera.';
const NOT_YOU =
  'Si ce n’était pas vous, choisissez un nouveau mot de passe tout de suite : toutes les sessions seront fermées.';

export const french: Texts = {
  invitation: ({ inviter, tenant, role, expiresAt }) => ({
    subject: `${inviter} vous invite à rejoindre ${tenant} sur Ava`,
    paragraphs: [
      `${inviter} vous invite à rejoindre ${tenant} sur Ava en tant ${roles[role]}.`,
      until(expiresAt),
    ],
    action: 'Accepter l’invitation :',
    ending: 'Si vous ne connaissez pas l’expéditeur, ignorez ce message : rien ne changera.',
  }),
  'verify-email': ({ expiresAt }) => ({
    subject: 'Confirmez votre adresse',
    paragraphs: [
      'Confirmez que cette adresse est la vôtre pour terminer la mise en place d’Ava.',
      until(expiresAt),
    ],
    action: 'Confirmer l’adresse :',
    ending: IGNORE,
  }),
  'password-reset': ({ expiresAt }) => ({
    subject: 'Choisissez un nouveau mot de passe',
    paragraphs: [
      'Quelqu’un a demandé un nouveau mot de passe pour votre compte Ava.',
      until(expiresAt),
    ],
    action: 'Choisir un nouveau mot de passe :',
    ending: IGNORE,
  }),
  'password-changed': ({ at }) => ({
    subject: 'Votre mot de passe a été changé',
    paragraphs: [`Le mot de passe de votre compte Ava a été changé le ${told(at, 'fr')}.`],
    action: 'Choisir un nouveau mot de passe :',
    ending: NOT_YOU,
  }),
  'email-change': ({ expiresAt }) => ({
    subject: 'Confirmez votre nouvelle adresse',
    paragraphs: [
      'Confirmez que cette adresse est la vôtre pour l’utiliser avec votre compte Ava.',
      until(expiresAt),
    ],
    action: 'Confirmer l’adresse :',
    ending: IGNORE,
  }),
  'email-changed': ({ at }) => ({
    subject: 'Votre adresse a été changée',
    paragraphs: [
      `L’adresse de votre compte Ava a été changée le ${told(at, 'fr')}. Celle-ci ne permet plus de se connecter.`,
    ],
    action: 'Ouvrir Ava :',
    ending: 'Si ce n’était pas vous, écrivez tout de suite à qui exploite cette installation.',
  }),
};
