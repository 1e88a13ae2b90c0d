// What the files of js/bridge/ use of Node's built-in modules, taken before any user code can
// replace it: built-in modules are objects that every script may write to. Returns the `require`
// that the files of js/bridge/ and js/first_use/ get: a copy of what is listed here, and Node's own
// exports of other modules.
'use strict';

const { ObjectFreeze, ReflectGetOwnPropertyDescriptor, uncurryThis } = primordials;
const { createHook, executionAsyncId } = require('async_hooks');
const EventEmitter = require('events');
const { readFileSync, readdirSync, statSync, watch, writeFileSync } = require('fs');
const { EventTarget } = require('internal/event_target');
const { internalBinding } = require('internal/bootstrap/realm');
const { setUnrefTimeout } = require('internal/timers');
const Module = require('module');
const { basename, dirname, extname, isAbsolute, join } = require('path');
const {
  Duplex, PassThrough, Readable, Transform, Writable, finished,
} = require('stream');
const { clearImmediate, clearTimeout, setImmediate, setTimeout } = require('timers');
const { fileURLToPath, pathToFileURL } = require('url');
const {
  getSystemErrorName, inspect,
  types: {
    isAnyArrayBuffer, isAsyncFunction, isBoxedPrimitive, isModuleNamespaceObject, isNativeError,
    isPromise, isProxy, isSharedArrayBuffer,
  },
} = require('util');
const { Script, constants } = require('vm');

const { os: { errno } } = internalBinding('constants');

// A getter, which loads what is behind it at its first use.
const controllerMaker =
  ReflectGetOwnPropertyDescriptor(require('util'), 'transferableAbortController');

const copies = {
  __proto__: null,
  async_hooks: {
    __proto__: null,
    createHook,
    disable: uncurryThis(createHook({}).disable),
    enable: uncurryThis(createHook({}).enable),
    executionAsyncId,
  },
  events: {
    __proto__: null,
    // Of an EventTarget.
    addEventListener: uncurryThis(EventTarget.prototype.addEventListener),
    newEventEmitter: () => new EventEmitter(),
    removeEventListener: uncurryThis(EventTarget.prototype.removeEventListener),
  },
  fs: { __proto__: null, readFileSync, readdirSync, statSync, watch, writeFileSync },
  module: {
    __proto__: null,
    Module,
    cache: Module._cache,
    compile: uncurryThis(Module.prototype._compile),
    createRequire: Module.createRequire,
    isBuiltin: Module.isBuiltin,
    nodeModulePaths: Module._nodeModulePaths,
    registerHooks: Module.registerHooks,  // node 22.15, 23.5 and later
    syncBuiltinESMExports: Module.syncBuiltinESMExports,
  },
  os: { __proto__: null, errno: ObjectFreeze({ __proto__: null, ...errno }) },
  path: { __proto__: null, basename, dirname, extname, isAbsolute, join },
  process: { __proto__: null, nextTick: process.nextTick },
  stream: { __proto__: null, Duplex, PassThrough, Readable, Transform, Writable, finished },
  timers: {
    __proto__: null, clearImmediate, clearTimeout, setImmediate, setTimeout, setUnrefTimeout,
  },
  url: { __proto__: null, fileURLToPath, pathToFileURL },
  util: {
    __proto__: null, getSystemErrorName, inspect, isAnyArrayBuffer, isAsyncFunction,
    isBoxedPrimitive, isModuleNamespaceObject, isNativeError, isPromise, isProxy,
    isSharedArrayBuffer,
    newAbortController: () => (controllerMaker.get?.() ?? controllerMaker.value)(),
  },
  vm: {
    __proto__: null,
    Script,
    // Absent below 20.12.
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    runInThisContext: uncurryThis(Script.prototype.runInThisContext),
  },
};

return (name) => copies[name] ?? require(name);
