import { runInNewContext } from 'node:vm';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';

interface UiOptions {
  persistAuthorization: boolean;
  responseInterceptor(answer: object): object;
}

let app: TestApp;
let anonymous: Client;

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  anonymous = new Client(app.app);
});
afterAll(() => app.close());

/** Runs the page's own script as a browser would, with the interface itself replaced by a note-taker. */
function runInitScript(script: string) {
  const authorized: string[][] = [];
  const given: UiOptions[] = [];
  const bundle = Object.assign(
    (options: UiOptions) => {
      given.push(options);
      return {
        preauthorizeApiKey: (...entry: string[]) => authorized.push(entry),
        initOAuth: () => undefined,
      };
    },
    { presets: { apis: {} }, plugins: { DownloadUrl: {} } },
  );
  const window: { onload?: () => void; location: { search: string; origin: string } } = {
    location: { search: '', origin: 'http://localhost:3000' },
  };
  runInNewContext(script, { window, SwaggerUIBundle: bundle, SwaggerUIStandalonePreset: {} });
  window.onload?.();
  if (!given[0]) throw new Error('the script never opened Swagger UI');
  return { options: given[0], authorized };
}

describe('the documentation page', () => {
  it('is HTML whose scripts and styles are all there, under a policy that lets only them run', async () => {
    const page = await anonymous.get('/docs');
    const links = [...page.text.matchAll(/(?:src|href)="\.\/(docs\/[^"]+)"/g)].map(
      ([, link]) => `/${link ?? ''}`,
    );

    const answers = [];
    for (const link of links) answers.push(await anonymous.get(link));

    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'self'; style-src/);
    expect(page.headers['content-security-policy']).not.toMatch(/script-src|unsafe-eval|https?:/);
    expect(page.text).not.toMatch(/<script>|<script(?![^>]*src="\.\/docs\/)/);
    expect(links.filter((link) => link.endsWith('.js'))).toHaveLength(3);
    expect(answers.map(({ status }) => status)).toEqual(links.map(() => 200));
    expect((await anonymous.get('/health/live')).headers['content-security-policy']).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
  });

  it('takes the access token out of a login and of nothing else, and stores it nowhere', async () => {
    const { text } = await anonymous.get('/docs/swagger-ui-init.js');
    const { options, authorized } = runInitScript(text);
    const told = (path: string, ok: boolean, body: object) => {
      const answer = { url: `http://localhost:3000${path}`, ok, body };
      return options.responseInterceptor(answer) === answer;
    };

    const passedOn = [
      told('/auth/login', true, { accessToken: 'of-login' }),
      told('/auth/register', true, { accessToken: 'of-register' }),
      told('/auth/refresh', true, { accessToken: 'of-refresh' }),
      told('/auth/tenant', true, { accessToken: 'of-tenant' }),
      told('/auth/login', false, { accessToken: 'of-refusal' }),
      told('/auth/login', true, {}),
      told('/calls', true, { accessToken: 'of-call' }),
      told('/evil/auth/login/x', true, { accessToken: 'of-elsewhere' }),
    ];

    expect(authorized).toEqual([
      ['access-token', 'of-login'],
      ['access-token', 'of-register'],
      ['access-token', 'of-refresh'],
      ['access-token', 'of-tenant'],
    ]);
    expect(passedOn).not.toContain(false);
    expect(options.persistAuthorization).toBe(false);
  });

  it('offers the document as JSON and YAML too', async () => {
    const json = await anonymous.get('/openapi.json');
    const yaml = await anonymous.get('/openapi.yaml');

    expect(json.body).toMatchObject({
      openapi: expect.stringMatching(/^3\./),
      servers: [{ url: app.settings.publicUrl }],
    });
    expect(yaml.text).toMatch(/^openapi: 3\./);
  });

  it('is closed with the document by DOCS=off', async () => {
    const closed = await startApp({ DOCS: 'off' });
    const paths = [
      '/docs',
      '/docs/',
      '/docs/index.html',
      '/docs/swagger-ui-init.js',
      '/docs/swagger-ui-bundle.js',
      '/openapi.json',
      '/openapi.yaml',
      '/docs-json',
    ];

    const codes = [];
    for (const path of paths) codes.push((await new Client(closed.app).get(path)).body?.code);
    const alive = await new Client(closed.app).get('/health/live');
    await closed.close();

    expect(codes).toEqual(paths.map(() => 'route.not_found'));
    expect(alive.status).toBe(200);
  });
});
