// The host's side in JavaScript. C++ compiles this text as a function body inside
// node::LoadEnvironment's callback, calls it once and keeps the functions of the object it returns.
//
//   process  the environment's
//   require  node's require for built-ins (StartExecutionCallbackInfo::native_require)
//   options  baseDir              absolute path: imports resolve as from a file there
//            sources              every embedded file, name -> text
//            env                  } as given to environment_variables.js, which has
//            isolateNodeVariables } already run
//            hideEnv              }
//
// Every other file is compiled here, in the same way. What the files need of the globals they take
// when they run, before any user code: a page that replaces globalThis.Promise does not break the
// host.
'use strict';

// Not 'node:vm': native_require knows built-ins by their bare names.
const { compileFunction } = require('vm');
const { Object: { defineProperty }, Symbol } = globalThis;

function use(name, given = options) {
  const parameters = ['process', 'require', 'options'];
  const body = compileFunction(options.sources[name], parameters, { filename: `nodehost:${name}` });
  return body(process, require, given);
}

const importing = use('importing.js');
const { resolve } = use('resolve.js', { importing });
const loader = use('load.js', { importing, resolve });
const workers =
  options.env || options.isolateNodeVariables || options.hideEnv ? use('workers.js') : {};

/// Gives scripts a `require`, as `node -e` does: bound to baseDir, not enumerable.
function defineGlobals() {
  defineProperty(globalThis, 'require', {
    __proto__: null,
    value: importing.userRequire,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

const bridge = {
  __proto__: null,
  ...loader,
  ...use('members.js'),
  ...use('evaluate.js'),
  ...use('errors.js'),
  ...use('tasks.js'),
  ...use('alive.js', workers),
  defineGlobals,
};

// rights.js: all that is needed here is loaded, and from now on the list of built-ins holds.
const kLimitBuiltins = Symbol.for('nodehost.limitBuiltins');
process[kLimitBuiltins]?.();
delete process[kLimitBuiltins];

return bridge;
