import type { Random } from './random';

const people =
  `Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux
  David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefevre Faure Andre
  Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Moore Jackson Harris Clark Lewis
  Walker Young Allen Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Turner Phillips`.split(
    /\s+/,
  );
const cities =
  `Paris Lyon Marseille Toulouse Nantes Lille Bordeaux Rennes Grenoble Dijon Angers Brest Tours Metz
  London Bristol Leeds Oxford Cambridge Dublin Boston Chicago Denver Austin Seattle Portland`.split(
    /\s+/,
  );
const things = {
  fr: `chaudière livraison facture commande réservation toiture fenêtre serrure voiture table montre cuisine
    assurance ordonnance réparation peinture garantie abonnement climatisation batterie`.split(
    /\s+/,
  ),
  en: `boiler delivery invoice order booking roof window lock car table watch kitchen insurance prescription
    repair painting warranty subscription heater battery`.split(/\s+/),
};
const days = {
  fr: 'lundi mardi mercredi jeudi vendredi samedi'.split(' '),
  en: 'Monday Tuesday Wednesday Thursday Friday Saturday'.split(' '),
};
const patterns = {
  fr: [
    'Bonjour, ici Ava, l’assistante de l’équipe, que puis-je faire pour vous ?',
    'Bonjour, je m’appelle {person} et j’appelle de {city} au sujet de ma {thing}.',
    'Je voudrais déplacer le rendez-vous de {day} à {day} vers {hour} heures.',
    'Ma {thing} ne fonctionne plus depuis {day}, pouvez-vous envoyer quelqu’un ?',
    'Votre numéro de dossier est le {number}, gardez-le pour la suite.',
    'D’accord, je note : {thing}, {day}, {hour} heures, au nom de {person}.',
    'Combien coûterait la réparation de la {thing} à {city} ?',
    'Le devis est de {number} euros, déplacement compris, et il est valable un mois.',
    'Je préfère être rappelée {day} après {hour} heures, s’il vous plaît.',
    'Monsieur {person} vous rappellera {day} dans la matinée.',
    'Nous avons une adresse à {city} et une autre à {city}, laquelle vous convient le mieux ?',
    'Merci beaucoup, c’est exactement ce que je voulais savoir.',
    'Est-ce que la garantie couvre encore la {thing} achetée l’an dernier ?',
    'Je vous transfère à madame {person}, qui s’occupe de la {thing}.',
    'Non, ce n’est pas urgent, mais j’aimerais une réponse avant {day}.',
  ],
  en: [
    'Hello, this is Ava, the assistant of the team, what can I do for you?',
    'Hi, my name is {person}, I am calling from {city} about my {thing}.',
    'I would like to move the appointment from {day} to {day} at about {hour} o’clock.',
    'The {thing} has stopped working since {day}, could you send somebody?',
    'Your reference is {number}, please keep it for later.',
    'All right, I have noted: {thing}, {day}, {hour} o’clock, for {person}.',
    'How much would it be to have the {thing} looked at in {city}?',
    'The quote is {number} dollars, travel included, and it is good for a month.',
    'I would rather be called back on {day} after {hour}, if that is possible.',
    'Mister {person} will call you back on {day} in the morning.',
    'We have a shop in {city} and another one in {city}, which one suits you better?',
    'Thank you so much, that is exactly what I wanted to know.',
    'Does the warranty still cover the {thing} that I bought last year?',
    'Let me put you through to {person}, who looks after every {thing} here.',
    'No, it is not urgent, but I would like to hear from you before {day}.',
  ],
};

type Language = keyof typeof patterns;
const POOL = 20_000;

/** What was said on the phone: sentences in French or in English, 1,233 characters on average. */
export class Transcripts {
  private readonly pools: Readonly<Record<Language, readonly string[]>>;

  constructor(private readonly random: Random) {
    this.pools = { fr: this.sentences('fr'), en: this.sentences('en') };
  }

  next(): string {
    const pool = this.pools[this.random.next() < 0.6 ? 'fr' : 'en'];
    const length = 400 + this.random.below(1600);
    let text = '';
    while (text.length < length) text += `${this.random.pick(pool)} `;
    return text.trimEnd();
  }

  summary(): string {
    return this.random.pick(this.pools.en);
  }

  private sentences(language: Language): string[] {
    const words: Readonly<Record<string, () => string>> = {
      person: () => this.random.pick(people),
      city: () => this.random.pick(cities),
      thing: () => this.random.pick(things[language]),
      day: () => this.random.pick(days[language]),
      hour: () => String(8 + this.random.below(11)),
      number: () => String(100 + this.random.below(90_000)),
    };
    return Array.from({ length: POOL }, () =>
      this.random
        .pick(patterns[language])
        .replaceAll(/\{(\w+)\}/g, (_, kind: string) => words[kind]?.() ?? ''),
    );
  }
}
