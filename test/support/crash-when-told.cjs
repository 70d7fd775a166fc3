// Loaded into the server's process by a test, to fail outside of every request with a secret wherever an error has room.
const { CRASH_AS: kind, CRASH_WITH: secret } = process.env;

function laden() {
  const message = `failed with ${secret}\n    at ${secret} (${secret}:1:1)`;
  const error = new TypeError(message, { cause: new Error(secret) });
  return Object.assign(error, { code: secret, config: { headers: { authorization: secret } } });
}

const crashes = {
  'an error that is thrown': () => {
    throw laden();
  },
  'a promise that nobody hears': () => {
    void Promise.reject(laden());
  },
  'a text for a reason': () => {
    void Promise.reject(secret);
  },
  'an object that is thrown': () => {
    throw { secret };
  },
};

process.on('SIGUSR2', () => crashes[kind]());
