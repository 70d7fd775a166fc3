interface SwaggerAnswer {
  readonly url: string;
  readonly ok: boolean;
  readonly body?: { readonly accessToken?: string };
}

declare const window: { ui: { preauthorizeApiKey(scheme: string, token: string): void } };

/**
 * Runs in the browser, inside Swagger UI: takes the access token out of a login's answer and uses it from then on.
 * It is sent there as text, so it may refer to nothing outside itself.
 */
export function takeTokenFromLogin(answer: SwaggerAnswer): SwaggerAnswer {
  const isLogin = /\/auth\/(login|register|refresh|tenant)$/.test(answer.url);
  const token = answer.body?.accessToken;
  if (isLogin && answer.ok && token !== undefined) {
    window.ui.preauthorizeApiKey('access-token', token);
  }
  return answer;
}
