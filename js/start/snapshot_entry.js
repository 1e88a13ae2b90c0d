// Runs the entry file of a program's start-up snapshot, in the process that makes the snapshot. Its
// `require` is Node's for that purpose: public built-ins, and a warning for those that Node has not
// tried in snapshots; its own snapshot holds `module` and `vm` as well.
//
//   options.entry  its absolute path
'use strict';

const { Error, ReflectApply, StringPrototypeStartsWith } = primordials;

const listeners = process.listeners('warning');
process.removeAllListeners('warning');
const Module = require('module');
const { dirname } = require('path');
const { compileFunction, constants } = require('vm');
for (let i = 0; i < listeners.length; i++) process.on('warning', listeners[i]);

const kParameters = ['exports', 'require', 'module', '__filename', '__dirname'];
const { prototype } = Module;
const { _compile: compile } = prototype;

// Node's own notes that user modules have run, and counts on none having done so when an environment
// starts. Those of a snapshot have, and are what it is made for.
prototype._compile = function _compile(content, filename, format) {
  if (format === 'module') {
    throw new Error(`A snapshot cannot hold ES modules, and ${filename} is one`);
  }
  const text = StringPrototypeStartsWith(content, '#!') ? `//${content}` : content;
  const body = compileFunction(text, kParameters, {
    __proto__: null,
    filename,
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const own = Module.createRequire(filename);
  own.main = process.mainModule;
  return ReflectApply(body, this.exports, [this.exports, own, this, filename, dirname(filename)]);
};
try {
  Module.createRequire(options.entry)(options.entry);
} finally {
  prototype._compile = compile;
}
