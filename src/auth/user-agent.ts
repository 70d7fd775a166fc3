import Bowser from 'bowser';

/** It bounds what reading one costs. */
const LONGEST = 255;
/** What nearly every browser says first, and so tells nothing. */
const SAID_BY_ALL = 'Mozilla';

/** "Firefox on Windows", as people know their devices; null when the client tells nothing of the kind. */
export function deviceNamed(userAgent: string | null): string | null {
  const said = (userAgent ?? '').slice(0, LONGEST).trim();
  if (said === '') return null;
  const { browser, os } = Bowser.parse(said);
  const names = [browser.name === SAID_BY_ALL ? '' : browser.name, os.name];
  return names.filter(Boolean).join(' on ') || null;
}
