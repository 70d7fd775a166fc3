const { existsSync, readFileSync, rmSync } = require('node:fs');
const { styleText } = require('node:util');

const FOLDER = 'test-results';
const TABLE = `${FOLDER}/isolation.txt`;

/** Prints the isolation matrix at the end: `npm run test:isolation` names this reporter, `npm test` does not. */
module.exports = class IsolationReporter {
  /** A suite that does not even start must not leave the table of the run before. */
  onRunStart() {
    for (const type of ['md', 'html', 'txt']) {
      rmSync(`${FOLDER}/isolation.${type}`, { force: true });
    }
  }

  onRunComplete() {
    if (!existsSync(TABLE)) return;
    const coloured = readFileSync(TABLE, 'utf8').replace(/✗\S*/g, (broken) =>
      process.stderr.isTTY ? styleText('red', broken) : broken,
    );
    process.stderr.write(`\n${coloured}`);
  }
};
