const { existsSync, readFileSync } = require('node:fs');
const { styleText } = require('node:util');

const TABLE = 'test-results/isolation.txt';

/** Prints the isolation matrix after jest's own summary: `npm run test:isolation` names this reporter, `npm test` does not. */
module.exports = class IsolationReporter {
  onRunComplete() {
    if (!existsSync(TABLE)) return;
    const coloured = readFileSync(TABLE, 'utf8').replace(/✗\S*/g, (broken) =>
      process.stderr.isTTY ? styleText('red', broken) : broken,
    );
    process.stderr.write(`\n${coloured}`);
  }
};
