// The host's side in JavaScript: C++ keeps the functions of the object it returns. In a library's
// environment it runs inside node::LoadEnvironment's callback, before any user code; in a command's,
// at its first use.
//
//   process  the environment's
//   require  start/builtins.js's
//   options  baseDir              absolute path: imports resolve as from a file there
//            use(file, options)   runs another of the host's files
//            env                  } as given to start/environment_variables.js, which has
//            isolateNodeVariables } already run
//            hideEnv              }
//            inWorker             whether it runs in a Worker, whose scripts get no `require`
'use strict';

const { ObjectDefineProperty, SymbolFor } = primordials;
const { baseDir, use } = options;

const loaders = use('bridge/module_loaders.js', { __proto__: null, baseDir });
const { resolve } = use('bridge/resolve.js', { __proto__: null, loaders });
const modules = use('bridge/modules.js');
const loader = use('bridge/load.js', { __proto__: null, loaders, modules, resolve });
const workers = options.env || options.isolateNodeVariables || options.hideEnv ?
  use('bridge/workers.js') : undefined;

/// Gives scripts a `require`, as `node -e` does: bound to baseDir, not enumerable.
function defineGlobals() {
  if (options.inWorker) return;
  ObjectDefineProperty(globalThis, 'require', {
    __proto__: null,
    value: loaders.userRequire,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

const bridge = {
  __proto__: null,
  ...loader,
  addModule: modules.addModule,
  addText: modules.addText,
  ...use('bridge/exports.js'),
  ...use('bridge/evaluate.js', { __proto__: null, baseDir }),
  ...use('bridge/errors.js'),
  ...use('bridge/promises_and_ticks.js'),
  ...use('bridge/alive_resources.js', { __proto__: null, ...workers }),
  defineGlobals,
};

// start/rights.js: all that is needed here is loaded, and from now on the list of built-ins holds.
const kLimitBuiltins = SymbolFor('nodehost.limitBuiltins');
process[kLimitBuiltins]?.();
delete process[kLimitBuiltins];

return bridge;
