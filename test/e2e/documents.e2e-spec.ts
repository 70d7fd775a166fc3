import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Env, parseEnv } from '../../src/kernel/config/env';

/** What the documents say, held against the files they speak of. */
const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = [
  'README',
  'ARCHITECTURE',
  'SECURITY',
  'CONTRIBUTING',
  'CHANGELOG',
  'docs/keys',
  'docs/backups',
  'docs/permissions',
  'docs/accounts',
  'docs/calls',
  'docs/statistics',
].map((name) => `${name}.md`);

const withoutCode = (text: string) => text.replace(/^ *```[^]*?^ *```$/gm, '');
const headingsOf = (text: string) =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);

/** As GitHub makes them: lower case, no punctuation, hyphens for spaces. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** The text below a heading of the second rank. */
function section(text: string, title: string): string {
  const [, rest = ''] = text.split(`\n## ${title}\n`);
  return rest.split('\n## ', 1)[0] ?? '';
}

/** The cells of a section's first table, row by row, without its head. */
function rowsOf(text: string): string[][] {
  const rows = /(?:^\|.*\n?)+/m.exec(text)?.[0].trim().split('\n') ?? [];
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `PORT` of a cell that is nothing but this code. */
const codeOf = (cell = '') => /^`([^`]+)`$/.exec(cell)?.[1];

/** Every name that is looked up while the settings are read. */
function settingsRead(): string[] {
  const names = new Set<string>();
  const get = (_: object, name: string | symbol) => {
    names.add(String(name));
    return undefined;
  };
  parseEnv(new Proxy<NodeJS.ProcessEnv>({}, { get }));
  return [...names].sort();
}

const settingRows = rowsOf(section(read('README.md'), 'Settings'));
const example = [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
  ([, name = '', value = '']) => [name, value] as const,
);

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('begins with the decision that the brief asks for', () => {
    const decision = section(text, 'Solo and team');

    expect(/^## (.+)$/m.exec(text)?.[1]).toBe('Solo and team');
    expect(decision).toMatch(/\*\*Solo\*\*[^]*\*\*Team\*\*/);
    expect(headingsOf(decision)).toEqual([
      'Alternatives',
      'From solo to team',
      'FK directions',
      'Deletion rules',
    ]);
    expect(decision).toContain('`fk_phone_numbers_org`');
  });

  it('gives every folder of src its tier, that of the import rule', () => {
    const rule = read('.dependency-cruiser.cjs');
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const tiers = rowsOf(section(text, 'Modules')).map(([, names = '']) =>
      [...names.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name),
    );
    const ruled = [...rule.matchAll(/^ {2}\[('.+')\],$/gm)]
      .map(([, names = '']) => [...names.matchAll(/[\w-]+/g)].map(String))
      .map((names) => names.filter((name) => folders.includes(name)))
      .filter((names) => names.length > 0);

    expect(tiers.flat().sort()).toEqual(folders.sort());
    expect(tiers.toReversed()).toEqual(ruled);
  });
});

describe('README.md', () => {
  it('is short', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('names exactly the settings that are read', () => {
    expect(settingRows.map(([name]) => codeOf(name)).sort()).toEqual(settingsRead());
  });

  it('tells their defaults as they are', () => {
    const told = settingRows.flatMap(([name, value]) => {
      const [setting, text] = [codeOf(name), codeOf(value)];
      return setting !== undefined && text !== undefined ? [[setting, text] as const] : [];
    });

    const actual = told.map(([setting]) => [setting, defaultOf(setting)]);

    expect(told.length).toBeGreaterThan(10);
    expect(actual).toEqual(told);
  });

  it('names commands of `npm run ava` that exist', () => {
    const sources = readdirSync(join(root, 'src/commands')).map((name) =>
      read(`src/commands/${name}`),
    );
    const made = sources.flatMap((source) => [...source.matchAll(/\.command\('(.+)'\)/g)]);
    const row = rowsOf(section(read('README.md'), 'Scripts')).find(([name]) =>
      name?.startsWith('`npm run ava'),
    );
    const told = [...(row?.[1]?.split(';')[0] ?? '').matchAll(/`(.+?)`/g)];

    expect(told.map(([, name]) => name).sort()).toEqual(made.map(([, name]) => name).sort());
  });
});

describe('.env.example', () => {
  it('has exactly the settings that are read, and those of compose.yaml', () => {
    const ofCompose = ['POSTGRES_PASSWORD', 'AVA_DB_PASSWORD'];
    const ofThePlatform = ['NODE_ENV'];

    const told = example.map(([name]) => name).filter((name) => !ofCompose.includes(name));

    expect([...told, ...ofThePlatform].sort()).toEqual(settingsRead());
    for (const name of ofCompose) expect(read('compose.yaml')).toContain(`\${${name}`);
  });

  it('holds no key, password or address of a database', () => {
    const secret = /KEY|SECRET|PASSWORD|_URL$/;

    const filled = example.filter(([name, value]) => secret.test(name) && value !== '');

    expect(example.filter(([name]) => secret.test(name)).length).toBeGreaterThan(5);
    expect(filled).toEqual([]);
  });

  it('is in git, and the .env made from it is neither there nor in the image', () => {
    const [git, docker] = [read('.gitignore').split('\n'), read('.dockerignore').split('\n')];

    expect(git).toEqual(expect.arrayContaining(['.env', '.env.*', '!.env.example']));
    expect(git.filter((line) => line.startsWith('!'))).toEqual(['!.env.example']);
    expect(docker).toEqual(expect.arrayContaining(['.env', '.env.*']));
  });
});

describe('the layout', () => {
  it.each([
    ...['package.json', 'tsconfig.json', 'nest-cli.json', 'ormconfig.ts', 'Dockerfile'],
    ...['src', 'test', 'migrations'],
    ...['users/user', 'tenants/tenant', 'calls/call', 'ava-profiles/ava-profile'].map(guardFile),
    guardFile('phone-numbers/phone-number'),
  ])('has %s', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });

  it('has an image that tells its health and does not run as root', () => {
    const last =
      read('Dockerfile')
        .split(/^FROM /m)
        .at(-1) ?? '';

    expect(last).toMatch(/^HEALTHCHECK .*\n? *CMD /m);
    expect([...last.matchAll(/^USER (.+)$/gm)].map(([, user]) => user)).toEqual(['node']);
  });
});

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('has no dead link', () => {
    const links = [...withoutCode(text).matchAll(/\]\((?!https?:)([^)]+)\)/g)];

    const dead = links.map(([, link = '']) => link).filter((link) => !resolves(document, link));

    expect(dead).toEqual([]);
  });

  it('names files that exist', () => {
    const spans = [...text.matchAll(/`([\w.-][\w./-]*\.(?:ts|sql|json|ya?ml|[cm]js))`/g)].map(
      ([, path = '']) => path,
    );
    const named = spans.filter((path) => path.includes('/') || path.endsWith('.e2e-spec.ts'));

    const missing = named.filter(
      (path) => !['', 'src', 'test/e2e'].some((folder) => existsSync(join(root, folder, path))),
    );

    expect(missing).toEqual([]);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm (?:run )?(?:-s )?(start|test|(?<=run (?:-s )?)[\w:]+)/g)];

    const missing = named.map(([, name = '']) => name).filter((name) => !(name in scripts));

    expect(missing).toEqual([]);
  });

  it('names no host of a package registry', () => {
    expect(text).not.toMatch(
      /registry\.|npmjs\.|yarnpkg|npm\.pkg|pypi\.|pythonhosted|proxy\.golang|crates\.io|docker\.io|ghcr\./i,
    );
  });
});

function guardFile(path: string): string {
  return `src/${path}.guard.ts`;
}

/** The default of a setting in the words of the environment. */
function defaultOf(setting: string): string {
  const property = setting
    .toLowerCase()
    .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const env: Env = parseEnv({});
  if (setting === 'AVA_DATA_DIR') return env.dataDir === resolve('.ava') ? '.ava' : env.dataDir;
  const value: unknown = env[property as keyof Env];
  if (typeof value === 'boolean' && setting !== 'TRUST_PROXY') return value ? 'on' : 'off';
  return String(value);
}

function resolves(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || headingsOf(read(target)).map(anchorOf).includes(anchor);
}
