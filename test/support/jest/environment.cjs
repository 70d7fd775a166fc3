const { TestEnvironment } = require('jest-environment-node');

/**
 * Test files run in Node's own realm, as the program does. A realm for each file, jest's default, would need packages
 * of its own: loading Nest and TypeORM again for every file is a third of the whole run.
 */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    this.kept = { console: globalThis.console, exit: process.exit };
  }

  async teardown() {
    globalThis.console = this.kept.console;
    process.exit = this.kept.exit;
    await super.teardown();
  }
};
