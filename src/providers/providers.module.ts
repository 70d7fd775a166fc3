import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { TwilioClient } from './twilio.client';
import { VapiClient } from './vapi.client';

/** Milliseconds that a user waits for a provider at most. */
const DEADLINE = 10_000;

/** Where the providers are asked; the only place that knows their SDKs. */
@Module({
  providers: [
    {
      provide: VapiClient,
      inject: [SETTINGS],
      useFactory: ({ vapiBaseUrl }: Settings) =>
        new VapiClient({ baseUrl: vapiBaseUrl, deadline: DEADLINE }),
    },
    {
      provide: TwilioClient,
      inject: [SETTINGS],
      useFactory: ({ twilioBaseUrl }: Settings) =>
        new TwilioClient({ baseUrl: twilioBaseUrl, deadline: DEADLINE }),
    },
  ],
  exports: [VapiClient, TwilioClient],
})
export class ProvidersModule {}
