// Runs before node::LoadEnvironment, with only `process` and `options` at hand: gives this
// environment a process.env of its own. node::LoadEnvironment's prepareMainThreadExecution then
// reads NODE_CHANNEL_FD, NODE_UNIQUE_ID and the like from here.
//
// The real process.env of an embedded environment is the environment of the host process (getenv
// and setenv), which belongs to the host. So as soon as anything is to differ, process.env becomes
// a copy, as it is in a Worker. Without `env` and `isolateNodeVariables` nothing is touched.
//
//   options.env                   object of name -> string, or null to remove; may be absent
//   options.isolateNodeVariables  leave out what the host's own parent meant for the host
//   options.hideEnv               leave out everything but `env`
//
// Returns true when process.env was replaced. bridge/workers.js completes it once `require` exists.
'use strict';

// What steers node itself: set by a parent `node` for its children (child_process.fork, cluster,
// coverage and test tools), or by whoever uses node from a shell. Variables that merely begin with
// NODE_, such as NODE_ENV, are programs' own and stay.
const kNodeVariables = [
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_COMPILE_CACHE',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_NO_WARNINGS',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_PENDING_DEPRECATION',
  'NODE_PRESERVE_SYMLINKS',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  'NODE_REDIRECT_WARNINGS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_REPL_HISTORY',
  'NODE_REPL_MODE',
  'NODE_TEST_CONTEXT',
  'NODE_TEST_WORKER_ID',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_UNIQUE_ID',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'NODE_V8_COVERAGE',
  'WATCH_REPORT_DEPENDENCIES',
];

const overlay = options.env ?? undefined;
const isolate = options.isolateNodeVariables === true;
const hide = options.hideEnv === true;
if (overlay === undefined && !isolate && !hide) return false;

const {
  Proxy, ReflectDefineProperty, ReflectGetOwnPropertyDescriptor, ReflectHas, ReflectOwnKeys,
  StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeToUpperCase,
  TypeError,
} = primordials;
const ignoreCase = process.platform === 'win32';

const values = {};

// On Windows PATH and Path are one variable; the spelling that came first stays.
function stored(name) {
  if (!ignoreCase || typeof name === 'symbol' || ReflectHas(values, name)) return name;
  const upper = StringPrototypeToUpperCase(name);
  const keys = ReflectOwnKeys(values);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (typeof key === 'string' && StringPrototypeToUpperCase(key) === upper) return key;
  }
  return name;
}

function store(name, value) {
  // As the real one does: a symbol as name or value throws a TypeError here.
  const key = `${name}`;
  let text = `${value}`;
  // setenv refuses these names and node ignores the refusal; a C string ends at its NUL.
  if (key === '' || StringPrototypeIncludes(key, '=') || StringPrototypeIncludes(key, '\0')) {
    return true;
  }
  const end = StringPrototypeIndexOf(text, '\0');
  if (end >= 0) text = StringPrototypeSlice(text, 0, end);
  return ReflectDefineProperty(values, stored(key),
                        { __proto__: null, value: text, writable: true, enumerable: true, configurable: true });
}

function invalidDescriptor(message) {
  const error = new TypeError(message);
  error.code = 'ERR_INVALID_OBJECT_DEFINE_PROPERTY';
  return error;
}

if (!hide) {
  for (const name of ReflectOwnKeys(process.env)) store(name, process.env[name]);
}
if (isolate) {
  for (const name of kNodeVariables) delete values[stored(name)];
}
if (overlay !== undefined) {
  for (const name of ReflectOwnKeys(overlay)) {
    const value = overlay[name];
    if (value === null || value === undefined) delete values[stored(name)];
    else store(name, value);
  }
}

// No `get` trap: reading is by far the most frequent use, and the target's own behaviour is right
// for it everywhere but on Windows.
const handler = {
  __proto__: null,
  set: (target, name, value) => store(name, value),
  deleteProperty: (target, name) => delete target[stored(name)],
  defineProperty(target, name, descriptor) {
    if ('get' in descriptor || 'set' in descriptor) {
      throw invalidDescriptor(
        "'process.env' does not accept an accessor(getter/setter) descriptor");
    }
    if (!descriptor.configurable || !descriptor.writable || !descriptor.enumerable) {
      throw invalidDescriptor("'process.env' only accepts a configurable, writable, and " +
                              'enumerable data descriptor');
    }
    return store(name, descriptor.value);
  },
  preventExtensions() {
    throw new TypeError('Cannot prevent extensions');
  },
};
if (ignoreCase) {
  handler.get = (target, name) => target[stored(name)];
  handler.has = (target, name) => ReflectHas(target, stored(name));
  handler.getOwnPropertyDescriptor = (target, name) =>
    ReflectGetOwnPropertyDescriptor(target, stored(name));
}

process.env = new Proxy(values, handler);
return true;
