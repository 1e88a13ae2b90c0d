// Has modules loaded anew whose code a timeout has stopped: node's loaders end a load in `finally`, which
// does not run then. Runs while no JavaScript is on the stack, so that no module's code is on its way,
// and runs no code of scripts.
'use strict';

const { ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys } = primordials;
const { BuiltinModule } = require('internal/bootstrap/realm');
const {
  kIsCachedByESMLoader, kModuleCircularVisited,
} = require('internal/modules/cjs/loader');
const { cache } = require('module');
const { isProxy } = require('util');

const valueOf = (object, key) => ReflectGetOwnPropertyDescriptor(object, key)?.value;

/// Whether the load of a CommonJS module has begun. The loader of ES modules puts those that are
/// imported into the cache while it links, long before; and a test may put its own there.
const hasBegun = (module) => kIsCachedByESMLoader === undefined ||  // node 20
  valueOf(module, kIsCachedByESMLoader) === false ||
  valueOf(module, kModuleCircularVisited) === true;

// `require` would give what a CommonJS module had exported by then, as it does within a cycle.
const names = ReflectOwnKeys(cache);
for (let i = 0; i < names.length; ++i) {
  const module = valueOf(cache, names[i]);
  if (typeof module !== 'object' || module === null || isProxy(module)) continue;
  if (valueOf(module, 'loaded') === false && hasBegun(module)) {
    ReflectDeleteProperty(cache, names[i]);
  }
}

// Of node's own modules it would do so for ever.
for (const builtin of BuiltinModule.map.values()) builtin.loading = false;
