// Has modules loaded anew whose code a timeout has stopped: node's loaders end a load in `finally`, which
// does not run then. Runs while no JavaScript is on the stack, so that no module is on its way, and
// runs no code of scripts.
'use strict';

const { ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys } = primordials;
const { BuiltinModule } = require('internal/bootstrap/realm');
const { cache } = require('module');
const { isProxy } = require('util');

// `require` would give what a CommonJS module had exported by then, as it does within a cycle.
const names = ReflectOwnKeys(cache);
for (let i = 0; i < names.length; ++i) {
  const module = ReflectGetOwnPropertyDescriptor(cache, names[i])?.value;
  if (typeof module !== 'object' || module === null || isProxy(module)) continue;
  if (ReflectGetOwnPropertyDescriptor(module, 'loaded')?.value === false) {
    ReflectDeleteProperty(cache, names[i]);
  }
}

// Of node's own modules it would do so for ever.
for (const builtin of BuiltinModule.map.values()) builtin.loading = false;
