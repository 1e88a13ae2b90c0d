// Tells when one of node's built-in modules has been loaded. Runs in each environment and Worker
// before any user code, with node's internal `require`.
'use strict';

const { BuiltinModule } = require('internal/bootstrap/realm');
const { FunctionPrototypeCall } = primordials;

/// Calls guard(exports) once the first of `modules` that this node has is loaded, before anybody gets
/// its exports: at once where it is. A load may fail, over a full stack or a timeout, and so may
/// `guard`: it is called each time that somebody asks for the loaded module, until it has returned.
return (modules, guard) => {
  let entry;
  for (let i = 0; i < modules.length && entry === undefined; i++) {
    entry = BuiltinModule.map.get(modules[i]);
  }
  if (entry === undefined) return;  // a node without OpenSSL
  const { compileForInternalLoader } = entry;  // returns what there is while it is loading
  let guarded = false;
  const load = function() {
    const exports = FunctionPrototypeCall(compileForInternalLoader, entry);
    if (entry.loaded && !guarded) {
      guard(exports);
      guarded = true;
    }
    return exports;
  };
  if (entry.loaded) load();
  else entry.compileForInternalLoader = load;
};
