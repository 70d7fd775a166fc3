import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../config/settings';
import { problemExample, problemResponse } from './operation';
import { catalogue, type ProblemCode } from './problem-catalogue';
import { accessInWords, leastRole, type Access, type Permission } from '../security/permissions';
import { takeTokenFromLogin } from './swagger-login';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  'x-permission'?: Access;
  'x-permission-for-others'?: Permission;
  'x-least-role'?: ReturnType<typeof leastRole>;
};
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The API document: what the decorators say of each operation, and what holds for all of them. */
export function buildOpenApi(app: NestFastifyApplication, settings: Settings): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('ava-api')
    .setVersion('0.1.0')
    .setDescription(description())
    .addServer(settings.publicUrl)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'access-token')
    .addTag('Accounts', 'Register, log in, sessions, password')
    .addTag('Users', 'Your account')
    .addTag('Credentials', 'Your Vapi key and Twilio account, stored sealed')
    .addTag('Tenants', 'The owner of calls, numbers and the Ava profile')
    .addTag('Invitations', 'Asking somebody to join a tenant, and answering')
    .addTag('Ava profile', 'How Ava speaks for your tenant')
    .addTag('Phone numbers', 'The numbers Ava answers')
    .addTag('Calls', 'Calls and their transcripts')
    .addTag('Callers', 'What a caller may ask for: everything about a number, and its erasure')
    .addTag('Audit', 'What was done in your tenant, by whom')
    .addTag('Onboarding', 'What is left to set up')
    .addTag('Operators', 'For those who run the installation')
    .addTag('Operation', 'Health')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => {
      const name = controller.replace(/Controller$/, '');
      return `${name.charAt(0).toLowerCase()}${name.slice(1)}_${method}`;
    },
  });
  document.components = { ...document.components };
  document.components.schemas = { ...document.components.schemas, ...problemSchemas };
  for (const path of Object.values(document.paths)) {
    for (const method of methods) {
      const operation: Operation | undefined = path[method];
      if (!operation) continue;
      tellPermission(operation);
      addCommonResponses(operation);
      tellFilterExamples(operation);
    }
  }
  return document;
}

/** Serves `/openapi.json` and Swagger UI under `/docs`. The document is made when it is first asked for: it takes a third of a start. */
export function serveDocs(app: NestFastifyApplication, settings: Settings): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  // Strict for every other answer; here the pages need their own scripts, styles and images.
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.url.startsWith('/docs')) {
      void reply.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
      );
    }
    done(null, payload);
  });
  SwaggerModule.setup('docs', app, () => buildOpenApi(app, settings), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'ava-api',
    swaggerOptions: {
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // Never to the browser's storage: what logs in here is gone with the tab.
      persistAuthorization: false,
      responseInterceptor: takeTokenFromLogin,
    },
  });
}

function addCommonResponses(operation: Operation): void {
  const add = (...codes: ProblemCode[]) => {
    const { status } = problemResponse(codes);
    const own = ownCodes(operation, status);
    // One that is no problem: what readiness answers.
    if (own.length === 0 && String(status) in operation.responses) return;
    const { status: _status, ...response } = problemResponse([...new Set([...own, ...codes])]);
    operation.responses[String(status)] = response;
  };
  const secured = (operation.security ?? []).length > 0;
  if (secured) {
    add('auth.token_missing', 'auth.token_invalid', 'auth.token_expired', 'auth.session_ended');
    addToForbidden(operation);
  }
  if (operation.requestBody) {
    add('request.too_large');
    add('request.media_type');
    add('request.invalid', 'request.malformed', 'request.too_deep', 'request.too_many_values');
  }
  if ((operation.parameters ?? []).length > 0) add('request.invalid');
  add('server.error');
  add('server.unavailable');
}

/** Who may, from the table that the guard goes by. */
function tellPermission(operation: Operation): void {
  const access = operation['x-permission'];
  if (access === undefined) return;
  operation['x-least-role'] = leastRole(access);
  operation.description = `${operation.description ?? ''}\n\n${accessInWords(access, operation['x-permission-for-others'])}`;
}

/** Swagger UI fills examples in: as filters they would hide every row, so they are told in words. */
function tellFilterExamples(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || parameter.in !== 'query' || !parameter.schema) continue;
    const { example, ...schema } = parameter.schema as Record<string, unknown>;
    if (example === undefined || 'default' in schema) continue;
    parameter.description = `${parameter.description ?? ''} Example: ${JSON.stringify(example)}`;
    parameter.schema = schema;
  }
}

/** A suspended tenant, and a role that is too low where there is one, beside the operation's own reasons. */
function addToForbidden(operation: Operation): void {
  const every = ['member', 'operator'].includes(operation['x-least-role'] ?? 'member');
  const codes: ProblemCode[] = [...ownCodes(operation, 403), 'tenant.suspended'];
  if (!every) codes.unshift('auth.role_too_low');
  const { status, ...response } = problemResponse([...new Set(codes)]);
  operation.responses[String(status)] = response;
}

/** The problems that an operation tells already. */
function ownCodes({ responses }: Operation, status: number): ProblemCode[] {
  const own = responses[String(status)] as Partial<ReturnType<typeof problemResponse>> | undefined;
  const content: Readonly<Record<string, { examples?: object }>> = own?.content ?? {};
  return Object.keys(content['application/problem+json']?.examples ?? {}) as ProblemCode[];
}

const text = (about: string) => ({ type: 'string', description: about });

const problemSchemas: NonNullable<NonNullable<OpenAPIObject['components']>['schemas']> = {
  Problem: {
    type: 'object',
    description:
      'An error (RFC 9457). Branch on `code`; the texts follow Accept-Language (en, fr).',
    required: ['type', 'title', 'status', 'detail', 'code', 'instance', 'requestId'],
    example: problemExample('request.invalid'),
    properties: {
      type: text('URN of the code.'),
      title: text('What happened.'),
      status: { type: 'integer', description: 'The HTTP status.' },
      detail: text('What to do.'),
      code: { ...text('Stable code.'), enum: Object.keys(catalogue) },
      instance: text('Path of the request.'),
      requestId: text('Names the request in the logs; also in X-Request-Id.'),
      errors: {
        type: 'array',
        description: 'What is wrong field by field.',
        items: { $ref: '#/components/schemas/FieldProblem' },
      },
      requiredRole: {
        ...text('With `auth.role_too_low`: the least role that may.'),
        enum: ['admin', 'owner'],
      },
      suspendedAt: {
        ...text('With `tenant.suspended`: since when.'),
        format: 'date-time',
        nullable: true,
      },
      reason: {
        ...text('With `tenant.suspended`: why, in the words of an operator.'),
        nullable: true,
      },
    },
  },
  FieldProblem: {
    type: 'object',
    description: 'What is wrong with one field.',
    required: ['field', 'code', 'message'],
    properties: {
      field: text('Path of the field, such as `email` or `tags[2]`.'),
      code: text('Stable code of the rule.'),
      message: text('The rule in words.'),
    },
  },
};

function description(): string {
  const rows = Object.entries(catalogue).map(
    ([code, { status, en }]) => `| \`${code}\` | ${status} | ${en[0]} |`,
  );
  return [
    'Multi-tenant backend of Ava, the AI phone assistant.',
    'Log in with **POST /auth/login** or **/auth/register** below: this page then sends the access token by itself.',
    'Every error is `application/problem+json`. Its codes:',
    ['| code | status | meaning |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}
