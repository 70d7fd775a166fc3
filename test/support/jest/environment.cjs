const { TestEnvironment } = require('jest-environment-node');

/**
 * Test files run in Node's own realm, as the program does. A realm for each file, jest's default, would need packages
 * of its own: loading Nest and TypeORM again for every file was a quarter of the whole run.
 */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    this.before = [globalThis, process.env].map((object) => [
      object,
      Object.getOwnPropertyDescriptors(object),
    ]);
    const { exit, getBuiltinModule } = process;
    this.process = { exit, getBuiltinModule };
  }

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    Object.assign(process, this.process);
    for (const [object, before] of this.before) restore(object, before);
    await super.teardown();
  }
};

/** What a file has left behind goes with it: jest's own handlers, the metadata of its entities and DTOs, settings. */
function restore(object, before) {
  const now = Object.getOwnPropertyDescriptors(object);
  for (const key of Reflect.ownKeys({ ...before, ...now })) {
    if (now[key]?.configurable === false) continue;
    if (!Object.hasOwn(before, key)) delete object[key];
    else if (now[key]?.value !== before[key].value) Object.defineProperty(object, key, before[key]);
  }
}
