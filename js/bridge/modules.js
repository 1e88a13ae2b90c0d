// The modules that C++ gives to JavaScript, by name: for require, import and import() alike, each
// made at its first use.
//
// Module.registerHooks (22.15, 23.5 and later) is asked by all three loaders of node; it is called
// when the first module is added, and nothing of node's is replaced. A module is the text of an ES
// module that takes the object from here: its default export, its members by name, and, under the
// name 'module.exports', what require() returns (22.13 and later). On nodes without registerHooks
// Module._load is wrapped: there require() finds the modules, and import does not.
'use strict';

const {
  Error, JSONStringify, ObjectDefineProperty, ObjectKeys, ReflectApply, StringPrototypeStartsWith,
  TypeError, encodeURI, encodeURIComponent,
} = primordials;
const { Module, isBuiltin, registerHooks } = require('module');

const kScheme = 'nodehost:';
const kTake = 'nodehost:module';  // a property of process, which such a text can import
const modules = { __proto__: null };  // by name
const names = { __proto__: null };  // by URL
let hooked = false;

function find(specifier) {
  return typeof specifier === 'string' ? modules[specifier] : undefined;
}

function exportsOf(module) {
  if (module.make !== undefined) {
    module.exports = module.make();
    module.make = undefined;
  }
  return module.exports;
}

function textOf(name) {
  if (modules[name].text !== undefined) return modules[name].text;
  const exported = exportsOf(modules[name]);
  let text = `import process from 'node:process';\n` +
    `const exported = process[${JSONStringify(kTake)}](${JSONStringify(name)});\n` +
    `export { exported as default, exported as 'module.exports' };\n`;
  const members = ObjectKeys(exported);
  for (let i = 0; i < members.length; i++) {
    const member = JSONStringify(members[i]);
    if (members[i] === 'default' || members[i] === 'module.exports') continue;
    text += `const member${i} = exported[${member}];\nexport { member${i} as ${member} };\n`;
  }
  return text;
}

function hook() {
  if (hooked) return;
  hooked = true;
  ObjectDefineProperty(process, kTake, { __proto__: null, value: (name) => exportsOf(modules[name]) });
  if (registerHooks === undefined) {
    const load = Module._load;
    Module._load = function _load(request, parent, isMain) {
      const module = find(request);
      return module === undefined || module.text !== undefined ?
        ReflectApply(load, this, [request, parent, isMain]) :
        exportsOf(module);
    };
    return;
  }
  registerHooks({
    __proto__: null,
    resolve(specifier, context, next) {
      const module = find(specifier);
      if (module === undefined) return next(specifier, context);
      return { __proto__: null, url: module.url, format: 'module', shortCircuit: true };
    },
    load(url, context, next) {
      const name = names[url];
      if (name === undefined) return next(url, context);
      return { __proto__: null, format: 'module', source: textOf(name), shortCircuit: true };
    },
  });
}

function add(name, module) {
  if (name === '' || name === 'globalThis' || isBuiltin(name) ||
      StringPrototypeStartsWith(name, 'node:')) {
    throw new TypeError(`A module cannot be added as '${name}', which is a name of Node's own`);
  }
  if (modules[name] !== undefined) throw new Error(`There is a module '${name}' already`);
  hook();
  const url = kScheme + encodeURI(name);
  names[url] = name;
  modules[name] = { __proto__: null, url, exports: undefined, ...module };
}

/// `make` returns the module's object; it is called once.
function addModule(name, make) {
  add(name, { __proto__: null, make });
}

/// A module that is the text of an ES module.
function addText(name, text) {
  add(name, { __proto__: null, text });
}

/// The module's object in a box, or the URL to import it by; undefined if there is none of that name.
/// Without registerHooks a text is its own URL.
function findModule(specifier) {
  const module = find(specifier);
  if (module === undefined) return undefined;
  if (module.text === undefined) return { __proto__: null, exports: exportsOf(module) };
  const url = registerHooks === undefined ?
    `data:text/javascript;charset=utf-8,${encodeURIComponent(module.text)}` : specifier;
  return { __proto__: null, url };
}

return { __proto__: null, addModule, addText, findModule };
