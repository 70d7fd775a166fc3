import { resolve } from 'node:path';
import { parseEnv, type Purpose } from './env';

const key = 'VN6Yc9vqNa9-2v7WTlOigo-oXzmBwm8q8R0iIZcJ3NM=';
const otherKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const secret = 'a-secret-of-more-than-32-bytes-for-this';
const complete = {
  DATABASE_URL: 'postgres://ava:sesame@db:5432/ava',
  ENCRYPTION_KEY: key,
  JWT_SECRET: secret,
};

function problemsOf(source: NodeJS.ProcessEnv, purpose?: Purpose): string[] {
  try {
    parseEnv(source, purpose);
    return [];
  } catch (error) {
    const [title, ...problems] = (error as Error).message.split('\n');
    expect(title).toBe('ava-api cannot start with these settings:');
    return problems.map((line) => line.replace(/^ {2}- /, ''));
  }
}

describe('with nothing set', () => {
  it('every setting has a value that suits a developer, and nothing is open to the network', () => {
    expect(parseEnv({})).toEqual({
      production: false,
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      appUrl: 'http://localhost:3000',
      databaseUrl: undefined,
      databaseAdminUrl: undefined,
      encryptionKey: undefined,
      jwtSecret: undefined,
      tenancyMode: 'solo',
      corsOrigins: [],
      trustProxy: false,
      vapiBaseUrl: 'https://api.vapi.ai',
      twilioBaseUrl: 'https://api.twilio.com',
      smtpUrl: undefined,
      mailFrom: 'Ava <ava@localhost>',
      logLevel: 'info',
      rateLimits: true,
      docs: true,
      dataDir: resolve('.ava'),
    });
  });

  it('an empty or blank value counts as unset', () => {
    const names = ['PORT', 'HOST', 'PUBLIC_URL', 'DATABASE_URL', 'ENCRYPTION_KEY', 'JWT_SECRET'];
    const blank = ['TENANCY_MODE', 'CORS_ORIGINS', 'TRUST_PROXY', 'SMTP_URL', 'RATE_LIMITS'];

    expect(
      parseEnv({
        ...Object.fromEntries(names.map((name) => [name, ''])),
        ...Object.fromEntries(blank.map((name) => [name, ' \t'])),
      }),
    ).toEqual(parseEnv({}));
  });

  it('the settings cannot be changed afterwards', () => {
    expect(Object.isFrozen(parseEnv({}))).toBe(true);
  });
});

describe('each setting', () => {
  it.each([
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65535],
    ['PORT', ' 8080 ', 'port', 8080],
    ['HOST', '::', 'host', '::'],
    ['PUBLIC_URL', 'https://api.example.com', 'publicUrl', 'https://api.example.com'],
    ['TENANCY_MODE', 'team', 'tenancyMode', 'team'],
    [
      'CORS_ORIGINS',
      'https://a.fr, http://b.fr:8080',
      'corsOrigins',
      ['https://a.fr', 'http://b.fr:8080'],
    ],
    ['CORS_ORIGINS', 'https://a.fr,', 'corsOrigins', ['https://a.fr']],
    ['TRUST_PROXY', 'true', 'trustProxy', true],
    ['TRUST_PROXY', 'false', 'trustProxy', false],
    ['TRUST_PROXY', '2', 'trustProxy', 2],
    ['TRUST_PROXY', '10.0.0.0/8, ::1', 'trustProxy', ['10.0.0.0/8', '::1']],
    ['VAPI_BASE_URL', 'http://localhost:9', 'vapiBaseUrl', 'http://localhost:9'],
    ['TWILIO_BASE_URL', 'http://localhost:9', 'twilioBaseUrl', 'http://localhost:9'],
    ['SMTP_URL', 'smtps://mail:465', 'smtpUrl', 'smtps://mail:465'],
    ['MAIL_FROM', 'Ava <ava@example.com>', 'mailFrom', 'Ava <ava@example.com>'],
    ['MAIL_FROM', 'ava@example.com', 'mailFrom', 'ava@example.com'],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['RATE_LIMITS', 'off', 'rateLimits', false],
    ['DOCS', 'off', 'docs', false],
    ['AVA_DATA_DIR', '/var/lib/ava', 'dataDir', '/var/lib/ava'],
    ['AVA_DATA_DIR', 'data', 'dataDir', resolve('data')],
    ['NODE_ENV', 'development', 'production', false],
    ['ENCRYPTION_KEY', `${key},${otherKey}`, 'encryptionKey', `${key},${otherKey}`],
    ['JWT_SECRET', `${secret}, ${secret}2`, 'jwtSecret', `${secret}, ${secret}2`],
  ])('%s=%s is read', (name, text, property, value) => {
    expect(parseEnv({ [name]: text })).toHaveProperty(property, value);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['PORT', '1e3'],
    ['PORT', '0x50'],
    ['PUBLIC_URL', 'api.example.com'],
    ['PUBLIC_URL', 'ftp://api.example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['TENANCY_MODE', 'Solo'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.fr/'],
    ['CORS_ORIGINS', 'https://a.fr,b.fr'],
    ['CORS_ORIGINS', 'null'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
    ['TRUST_PROXY', '::1/129'],
    ['VAPI_BASE_URL', 'api.vapi.ai'],
    ['TWILIO_BASE_URL', 'file:///etc/passwd'],
    ['SMTP_URL', 'http://mail'],
    ['MAIL_FROM', 'Ava'],
    ['MAIL_FROM', 'ava@x.fr\r\nBcc: eve@x.fr'],
    ['LOG_LEVEL', 'verbose'],
    ['RATE_LIMITS', 'true'],
    ['DOCS', 'no'],
    ['DATABASE_URL', 'mysql://db/ava'],
    ['DATABASE_URL', 'db:5432/ava'],
    ['DATABASE_ADMIN_URL', 'nonsense'],
    ['ENCRYPTION_KEY', 'too-short'],
    ['ENCRYPTION_KEY', key.slice(0, -1)],
    ['ENCRYPTION_KEY', `${key},`],
    ['ENCRYPTION_KEY', `${key},${key}`],
    ['ENCRYPTION_KEY', key.replace('-', '!')],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['JWT_SECRET', `${secret},short`],
    ['JWT_SECRET', `${secret},`],
  ])('%s=%j is refused by name, and the value is not printed', (name, text) => {
    const problems = problemsOf({ ...complete, [name]: text });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} (must|is not usable)`));
    // Shorter ones are words of the rules.
    const printed = problems.filter((problem) => text.length > 4 && problem.includes(text));
    expect(printed).toEqual([]);
  });
});

describe('several problems', () => {
  it('are all named at once, without any of the values', () => {
    const wrong = {
      NODE_ENV: 'production',
      PORT: 'wrong-port',
      PUBLIC_URL: 'wrong-url',
      DATABASE_URL: 'mysql://ava:sesame@db/ava',
      ENCRYPTION_KEY: 'wrong-encryption-key',
      JWT_SECRET: 'wrong-jwt-secret',
      TENANCY_MODE: 'wrong-mode',
      CORS_ORIGINS: 'wrong-origin',
      TRUST_PROXY: 'wrong-proxy',
      VAPI_BASE_URL: 'wrong-vapi',
      TWILIO_BASE_URL: 'wrong-twilio',
      SMTP_URL: 'wrong-smtp',
      MAIL_FROM: 'wrong-sender',
      LOG_LEVEL: 'wrong-level',
      RATE_LIMITS: 'off',
      DOCS: 'wrong-docs',
    };

    const problems = problemsOf(wrong);

    const named = problems.map((problem) => problem.split(' ', 1)[0]);
    const expected = Object.keys(wrong).filter((name) => name !== 'NODE_ENV');
    expect(named.toSorted()).toEqual(expected.toSorted());
    expect(problems.join('\n')).not.toMatch(/wrong-|sesame|mysql/);
  });
});

describe('with a database of one’s own, or in production', () => {
  it.each([
    [{ DATABASE_URL: complete.DATABASE_URL }, ['ENCRYPTION_KEY', 'JWT_SECRET']],
    [
      { DATABASE_ADMIN_URL: complete.DATABASE_URL },
      ['ENCRYPTION_KEY', 'JWT_SECRET', 'DATABASE_URL'],
    ],
    [{ NODE_ENV: 'production' }, ['ENCRYPTION_KEY', 'JWT_SECRET', 'DATABASE_URL']],
  ])('%j: nothing is generated, and what is missing is told', (source, missing) => {
    const problems = problemsOf(source);

    expect(problems.map((problem) => problem.split(' ', 1)[0])).toEqual(missing);
    for (const problem of problems) expect(problem).toContain('is missing (nothing is generated');
    for (const problem of problems.slice(0, 2)) {
      expect(problem).toContain('make one with `npm run -s key:generate`');
    }
  });

  it('is satisfied with these three, and then listens to the network', () => {
    const env = parseEnv({ ...complete, NODE_ENV: 'production' });

    expect(env).toMatchObject({ production: true, host: '0.0.0.0', rateLimits: true });
  });

  it('refuses to run without rate limits in production only', () => {
    const problems = problemsOf({ ...complete, NODE_ENV: 'production', RATE_LIMITS: 'off' });

    expect(problems).toEqual(['RATE_LIMITS cannot be off when NODE_ENV=production']);
    expect(problemsOf({ ...complete, RATE_LIMITS: 'off' })).toEqual([]);
  });

  it('asks migrations for one of the two logins and the key, as they sign no tokens', () => {
    const admin = { DATABASE_ADMIN_URL: complete.DATABASE_URL, ENCRYPTION_KEY: key };
    const server = { DATABASE_URL: complete.DATABASE_URL, ENCRYPTION_KEY: key };

    expect(problemsOf(admin, 'migrate')).toEqual([]);
    expect(problemsOf(server, 'migrate')).toEqual([]);
    expect(
      problemsOf({ NODE_ENV: 'production' }, 'migrate').map((text) => text.split(' ', 1)[0]),
    ).toEqual(['ENCRYPTION_KEY', 'DATABASE_ADMIN_URL']);
  });
});
