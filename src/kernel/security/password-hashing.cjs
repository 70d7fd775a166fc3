const { constants, setPriority } = require('node:os');
const { isMainThread } = require('node:worker_threads');
const argon2 = require('@node-rs/argon2');
const bcrypt = require('@node-rs/bcrypt');

// Whoever is logged in goes first. Linux has a priority for each thread; elsewhere it would be that of the whole server.
if (!isMainThread && process.platform === 'linux') {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}

exports.hash = ({ password, options }) => argon2.hashSync(password, options);

/** A stored hash in a form that nobody knows lets nobody in. */
exports.verify = ({ password, asTyped, argon2id, bcrypt2 }) => ({
  argon2id: quiet(() => argon2.verifySync(argon2id, password)),
  bcrypt2: bcrypt2 !== null && quiet(() => bcrypt.verifySync(asTyped, bcrypt2)),
});

function quiet(check) {
  try {
    return check();
  } catch {
    return false;
  }
}
