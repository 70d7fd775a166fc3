import { FakeProvider } from '../../src/providers/fake-provider';
import { startApp, type TestApp } from '../support/app';

/** The application with providers that know none of its keys, so that asking them succeeds and says so. */
export async function startIsolatedApp(): Promise<TestApp> {
  const provider = await FakeProvider.start();
  provider.answers(401, {});
  const app = await startApp({
    DOCS: 'on',
    TENANCY_MODE: 'team',
    VAPI_BASE_URL: provider.url,
    TWILIO_BASE_URL: provider.url,
  });
  const close = async () => {
    await app.close();
    await provider.stop();
  };
  return { ...app, close };
}
