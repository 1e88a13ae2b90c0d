// Calls the functions that the modules of a NodeServices project export, in the instance that runs
// them. Gets the bridge's `load` and `promiseOf`.
'use strict';

const {
  FunctionPrototypeToString, Map, MapPrototypeGet, MapPrototypeSet, ObjectDefineProperty,
  ObjectKeys, Promise, PromisePrototypeThen, ReflectApply, RegExpPrototypeExec, TypeError, append,
} = primordials;
const { PassThrough, finished } = require('stream');
const { isAsyncFunction, isModuleNamespaceObject } = require('util');
const { load, promiseOf } = options;

// By module and export: { function, receiver, takesCallback }.
const found = new Map();

// "callback" as the first parameter of a function, an arrow function or a method.
const kCallback =
  /^(?:function\b\s*)?[\w$]*\s*\(?\s*(?:callback|cb|done|next)\s*(?:,|\)|=>|=[^=])/;

function missing(module, name, exports) {
  const names = exports !== null && (typeof exports === 'object' || typeof exports === 'function') ?
    ObjectKeys(exports) : [];
  let list = '';
  for (let i = 0; i < names.length && i < 20; ++i) list += (i === 0 ? '' : ', ') + names[i];
  const error = new TypeError(
    name === '' ?
      `${module} is no function and exports none by default; it exports ${list || 'nothing'}` :
      `${module} exports no function "${name}"; it exports ${list || 'nothing'}`);
  error.code = 'ERR_NO_SUCH_FUNCTION';
  return error;
}

function pick(module, name, exports) {
  let receiver, chosen;
  if (name !== '') {
    receiver = exports;
    chosen = exports?.[name];
    if (typeof chosen !== 'function' && exports?.default?.[name] !== undefined) {
      receiver = exports.default;
      chosen = receiver[name];
    }
  } else if (typeof exports === 'function') {
    chosen = exports;
  } else if (exports !== null && typeof exports === 'object' &&
             (isModuleNamespaceObject(exports) || exports.__esModule)) {
    chosen = exports.default;
  }
  if (typeof chosen !== 'function') throw missing(module, name, exports);
  const entry = {
    __proto__: null,
    function: chosen,
    receiver,
    takesCallback: !isAsyncFunction(chosen) &&
      RegExpPrototypeExec(kCallback, FunctionPrototypeToString(chosen)) !== null,
  };
  MapPrototypeSet(found, `${module}\n${name}`, entry);
  return entry;
}

function call({ function: target, receiver, takesCallback }, args) {
  if (!takesCallback) return ReflectApply(target, receiver, args);
  return new Promise((resolve, reject) => {
    let stream;
    const callback = (error, result) => {
      const failed = error !== null && error !== undefined && error !== false;
      if (stream !== undefined) {
        if (failed) {
          stream.destroy(error);
        } else {
          stream.end(result);
        }
      } else if (failed) {
        reject(error);
      } else {
        resolve(result);
      }
    };
    // What is written to callback.stream is the result; the callback ends it.
    ObjectDefineProperty(callback, 'stream', {
      __proto__: null,
      get() {
        if (stream === undefined) resolve(stream = new PassThrough());
        return stream;
      },
    });
    const all = [];
    append(all, callback);
    for (let i = 0; i < args.length; ++i) append(all, args[i]);
    ReflectApply(target, receiver, all);
  });
}

/// The result of the function `name` of `module` - of the module itself where that is empty -, or a
/// promise of it.
function invoke(module, name, args) {
  const known = MapPrototypeGet(found, `${module}\n${name}`);
  if (known !== undefined) return call(known, args);
  const exports = load(module);
  const pending = promiseOf(exports);
  if (pending === undefined) return call(pick(module, name, exports), args);
  return PromisePrototypeThen(pending, ({ namespace }) => call(pick(module, name, namespace), args));
}

/// What is called for `name` of `module`, once `invoke` has found it: { function, receiver,
/// takesCallback }; otherwise undefined.
const known = (module, name) => MapPrototypeGet(found, `${module}\n${name}`);

/// A promise that is fulfilled when `result`, if it is a stream, is over; otherwise undefined.
function streamEnd(result) {
  if (typeof result.pipe !== 'function' || typeof result.on !== 'function') return undefined;
  return new Promise((resolve) => finished(result, () => resolve()));
}

return { __proto__: null, invoke, known, streamEnd };
