/** Reads settings and collects what is wrong with them: names and rules, never a value. */
export class SettingsReader {
  readonly problems: string[] = [];

  constructor(private readonly source: NodeJS.ProcessEnv) {}

  problem(name: string, rule: string): void {
    this.problems.push(`${name} ${rule}`);
  }

  /** An empty value counts as unset: compose files pass `KEY=` for what is not configured. */
  text(name: string): string | undefined {
    const value = this.source[name]?.trim();
    return value === '' ? undefined : value;
  }

  present(...names: string[]): boolean {
    return names.some((name) => this.text(name) !== undefined);
  }

  require(name: string, rule: string): void {
    if (!this.present(name)) this.problem(name, rule);
  }

  checked(name: string, check: (text: string) => void): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      check(text);
    } catch (error) {
      this.problem(name, `is not usable: ${(error as Error).message}`);
    }
    return text;
  }

  matching(name: string, pattern: RegExp, rule: string): string | undefined {
    const text = this.text(name);
    if (text !== undefined && !pattern.test(text)) this.problem(name, rule);
    return text;
  }

  integer(name: string, fallback: number, [least, most]: [number, number]): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    this.problem(name, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  oneOf<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const choice = choices.find((c) => c === text);
    if (choice === undefined) this.problem(name, `must be one of ${choices.join(', ')}`);
    return choice ?? fallback;
  }

  onOff(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['on', 'off'], fallback ? 'on' : 'off') === 'on';
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      this.problem(
        name,
        `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      );
    }
    return text;
  }

  list(name: string, valid: (entry: string) => boolean, rule: string): readonly string[] {
    const entries = (this.text(name) ?? '')
      .split(',')
      .map((e) => e.trim())
      .filter((e) => e !== '');
    if (!entries.every(valid)) this.problem(name, rule);
    return entries;
  }
}
