// Finds a module's exports where a typed interface expects them. An ES module that was written, or
// compiled, in CommonJS style has everything on its default export.
'use strict';

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function hasMember(value, name) {
  return isObject(value) && name in value;
}

/// The object that has `name`: the module, else its default export, else undefined. A method is to
/// be called on this object, or its `this` is wrong.
function holder(module, name) {
  if (hasMember(module, name)) return module;
  if (hasMember(module, 'default') && hasMember(module.default, name)) return module.default;
  return undefined;
}

/// The module if it is a function, else its default export if that is one, else undefined.
function callable(module) {
  if (typeof module === 'function') return module;
  if (!hasMember(module, 'default')) return undefined;
  const value = module.default;
  return typeof value === 'function' ? value : undefined;
}

return { __proto__: null, holder, callable };
