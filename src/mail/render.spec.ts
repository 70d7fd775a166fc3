import type { LetterValues, Locale, Template } from './mail.types';
import { render } from './render';

const at = new Date('2026-01-31T09:30:00Z');
const all: { [T in Template]: LetterValues[T] } = {
  invitation: { inviter: 'Alice', tenant: 'Atelier', role: 'admin', expiresAt: at },
  'verify-email': { expiresAt: at },
  'password-reset': { expiresAt: at },
  'password-changed': { at },
  'email-change': { expiresAt: at },
  'email-changed': { at },
};
const templates = Object.keys(all) as Template[];
const link = 'https://ava.example.com/there#token=T0k-en_1';
const rendered = (template: Template, locale: Locale, values: object = all[template]) =>
  render(template, { to: 'bob@example.com', locale, link, values: values as never });

describe.each(['en', 'fr'] as const)('letters in %s', (locale) => {
  it.each(templates)('%s: subject, text and HTML with the link as it is', (template) => {
    const { subject, text, html } = rendered(template, locale);

    expect(subject).toMatch(/^\S.{5,120}$/u);
    expect(text).toContain(`\n${link}\n`);
    expect(html).toContain(`<a href="${link}">${link}</a>`);
    expect(html).toContain(`lang="${locale}"`);
    // Nothing that would tell somebody that the mail was opened.
    expect(html).not.toMatch(/<img|<script|<link|url\(|src=/i);
    expect(`${subject}${text}`).not.toMatch(/undefined|Invalid Date|\[object/);
  });

  it('say when, with the time zone', () => {
    const { text } = rendered('password-reset', locale);

    expect(text).toContain(
      locale === 'en' ? '31 January 2026 at 09:30 UTC' : '31 janvier 2026 à 09:30 UTC',
    );
  });
});

describe('an invitation', () => {
  it('reads as a person would write it', () => {
    expect(rendered('invitation', 'fr')).toMatchObject({
      subject: 'Alice vous invite à rejoindre Atelier sur Ava',
      text: [
        'Alice vous invite à rejoindre Atelier sur Ava en tant qu’administrateur.',
        'Le lien fonctionne une seule fois, jusqu’au 31 janvier 2026 à 09:30 UTC.',
        `Accepter l’invitation :\n${link}`,
        'Si vous ne connaissez pas l’expéditeur, ignorez ce message : rien ne changera.',
        '-- \nAva\n',
      ].join('\n\n'),
    });
  });

  it('escapes names in HTML', () => {
    const { html } = rendered('invitation', 'en', {
      ...all.invitation,
      tenant: `<b onload='x'>"&`,
    });

    expect(html).toContain('&lt;b onload=&#39;x&#39;&gt;&quot;&amp;');
    expect(html).not.toContain('<b ');
  });

  it.each([
    ['line ends', 'Eve\r\nBcc: all@example.com'],
    ['other line ends', 'Eve\u2028\u0085\u000bBcc: all@example.com'],
    ['turned text', 'Eve\u202e\u0000Bcc: all@example.com'],
  ])('takes %s out of names', (_, inviter) => {
    const { subject, text } = rendered('invitation', 'en', { ...all.invitation, inviter });

    expect(subject).toContain('Eve Bcc: all@example.com invites you');
    expect(`${subject}${text}`).not.toMatch(/(?!\n)\p{Cc}|[\u2028\u202e]|^Bcc/mu);
  });

  it('shortens a name that would be a text of its own', () => {
    const { subject } = rendered('invitation', 'en', {
      ...all.invitation,
      tenant: '€'.repeat(5000),
    });

    expect([...subject].length).toBeLessThan(150);
  });

  it('keeps a subject within bounds, whatever both names are', () => {
    const { subject } = rendered('invitation', 'fr', {
      ...all.invitation,
      inviter: 'i'.repeat(255),
      tenant: 't'.repeat(255),
    });

    expect(subject).toMatch(/^i{80}… vous invite à rejoindre t+…$/);
    expect([...subject]).toHaveLength(151);
  });
});
