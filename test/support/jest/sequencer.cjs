const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = [
  'e2e/migrations',
  'isolation/database-check',
  'e2e/process.',
  'isolation/each-line-alone',
  'isolation/isolation',
  'isolation/no-leak',
  'e2e/embedded-postgres-sharing',
  'isolation/without-guards',
  'e2e/tenant-export',
  'e2e/credentials-adopt',
  'e2e/legacy-scale',
];

/** On a fresh clone jest knows no durations: what takes longest begins first, so that no core is left alone with it. */
module.exports = class extends Sequencer {
  sort(tests) {
    const place = ({ path }) => LONGEST.findIndex((name) => path.includes(name)) + 1 || Infinity;
    const sorted = super.sort(tests).map((test) => [place(test), test]);
    return sorted.sort(([a], [b]) => (a === b ? 0 : a - b)).map(([, test]) => test);
  }
};
