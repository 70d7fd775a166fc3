const { createRequire, isBuiltin } = require('node:module');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Our own modules are loaded anew for every test file; packages, jest's included, once for all files of a worker. */
module.exports = class extends Runtime {
  constructor(...args) {
    super(...args);
    const { executor } = this;
    executor.compile = (source, filename) =>
      compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  /** Where jest looks once it knows that nobody has mocked the module. */
  requireModule(from, name, options, isRequireActual) {
    if (isPackage(name)) return createRequire(from)(name);
    return super.requireModule(from, name, options, isRequireActual);
  }
};

function isPackage(name) {
  return name !== undefined && !/^[./]/.test(name) && !isBuiltin(name);
}
