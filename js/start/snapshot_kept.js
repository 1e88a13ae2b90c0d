// What code of a program's start-up snapshot may keep of Node's, such as `process.env` or
// `child_process.spawn`, has to obey the boundary of each environment from the snapshot, which the
// host puts in force by replacing functions of Node's, and which is not there yet while the snapshot
// is made. So this file puts functions of its own in the place of those that the host replaces and
// that somebody may have kept by then; they pass calls on to whatever the environment has in the end.
// What is looked up at each call, as methods of native classes are, needs none of this.
//
// Runs in the process that makes the snapshot before the entry file, with the `require` that this has,
// which --expose-internals lets find Node's internal modules; they are out of reach afterwards.
// Leaves in `process`, for start/snapshot_kept_step.js:
//   open()   the places have node's own functions again
//   close()  what is in them now is what kept functions lead to; the snapshot's own callbacks run
'use strict';

const {
  ArrayPrototypeIncludes, Error, MapPrototypeForEach, ObjectDefineProperty, Proxy, ReflectApply,
  ReflectConstruct, ReflectDefineProperty, ReflectDeleteProperty, ReflectGet,
  ReflectGetOwnPropertyDescriptor, ReflectHas, ReflectOwnKeys, ReflectSet, StringPrototypeStartsWith,
  SymbolFor, append, replaceClass,
} = primordials;

const listeners = process.listeners('warning');
process.removeAllListeners('warning');  // about what snapshots have not been tried with
const { emitWarning } = process;
process.emitWarning = () => {};
const { internalBinding } = require('internal/test/binding');
process.emitWarning = emitWarning;
const { namespace } = require('internal/v8/startup_snapshot');
const { loadBuiltinModule } = require('internal/modules/helpers');

const places = [];

function put(holder, name, property) {
  if (property === undefined) ReflectDeleteProperty(holder, name);
  else ObjectDefineProperty(holder, name, property);
}

/// Puts makeKept(place) in the place of holder[name]; `place.current` is what it is to lead to.
function keep(holder, name, makeKept) {
  const original = ReflectGetOwnPropertyDescriptor(holder, name);
  if (original === undefined) return undefined;
  const place = { __proto__: null, holder, name, original, current: holder[name], kept: undefined,
                  owner: undefined, patch: undefined, isPatched: false };
  place.kept = makeKept(place);
  put(holder, name, { __proto__: null, value: place.kept, writable: true, configurable: true,
                      enumerable: original.enumerable });
  append(places, place);
  return place;
}

function makeFunction(place) {
  const kept = function(...given) {
    return new.target === undefined ? ReflectApply(place.current, this, given) :
      ReflectConstruct(place.current, given);
  };
  return ObjectDefineProperty(kept, 'name', { __proto__: null, value: place.name });
}

const makeClass = (place) => replaceClass(
  place.current, (given, newTarget) => ReflectConstruct(
    place.current, given, newTarget === place.kept ? place.current : newTarget));

function keepFunctions(holder, names) {
  for (let i = 0; i < names.length; i++) {
    if (typeof holder[names[i]] === 'function') keep(holder, names[i], makeFunction);
  }
}

function keepClasses(holder, names) {
  for (let i = 0; i < names.length; i++) {
    if (typeof holder[names[i]] === 'function') keep(holder, names[i], makeClass);
  }
}

// V8 makes the objects of a class of which there has been one with the prototype of that time, whatever
// prototype start/native_classes.js gives to the class.
function keepMethods(binding, name) {
  const { prototype } = binding[name] ?? { __proto__: null };
  if (prototype === undefined) return;
  const members = ReflectOwnKeys(prototype);
  for (let i = 0; i < members.length; i++) {
    const { value } = ReflectGetOwnPropertyDescriptor(prototype, members[i]);
    if (typeof value !== 'function' || members[i] === 'constructor') continue;
    keep(prototype, members[i], makeFunction).owner = { __proto__: null, binding, name };
  }
}

keepMethods(internalBinding('cares_wrap'), 'ChannelWrap');
keepMethods(internalBinding('fs'), 'StatWatcher');
keepMethods(internalBinding('fs_event_wrap'), 'FSEvent');
keepMethods(internalBinding('pipe_wrap'), 'Pipe');
keepMethods(internalBinding('tcp_wrap'), 'TCP');
keepMethods(internalBinding('udp_wrap'), 'UDP');

// Native functions that modules of Node's take when they are loaded.
keepFunctions(internalBinding('cares_wrap'), ['getaddrinfo', 'getnameinfo']);
keepFunctions(internalBinding('contextify'),
              ['startSigintWatchdog', 'stopSigintWatchdog', 'watchdogHasPendingSigint']);
keepFunctions(internalBinding('heap_utils'), ['triggerHeapSnapshot']);
keepFunctions(internalBinding('v8'),
              ['setFlagsFromString', 'setHeapProfileNearHeapLimit', 'setHeapSnapshotNearHeapLimit']);
keepClasses(internalBinding('tty_wrap'), ['TTY']);
if (process.versions.openssl !== undefined) keepFunctions(internalBinding('crypto'), ['setEngine']);
if (internalBinding('config').hasInspector) {
  keepFunctions(internalBinding('inspector'), ['open', 'waitForDebugger']);
  keepClasses(internalBinding('inspector'), ['Connection', 'MainThreadConnection']);
}

// Their classes of errors, to whose texts the host adds the name of a right.
keepClasses(require('internal/errors'), [
  'DNSException', 'ErrnoException', 'ExceptionWithHostPort', 'UVExceptionWithHostPort',
]);

// What the host replaces in modules of Node's.
keepFunctions(require('fs'), ['openAsBlob']);
keepFunctions(require('internal/fs/cp/cp-sync'), ['cpSyncFn']);
keepFunctions(require('module'), ['enableCompileCache']);
keepFunctions(require('v8'), [
  'setHeapProfileNearHeapLimit', 'setHeapSnapshotNearHeapLimit', 'stopCoverage', 'takeCoverage',
  'writeHeapSnapshot',
]);
keepClasses(require('worker_threads'), ['Worker']);

keepFunctions(process, [
  '_debugProcess', '_kill', '_linkedBinding', '_rawDebug', 'abort', 'binding', 'chdir', 'cwd', 'dlopen',
  'initgroups', 'loadEnvFile', 'setegid', 'seteuid', 'setgid', 'setgroups', 'setuid', 'umask',
]);

// Native functions themselves could not be taken back.
for (let i = 0; i < places.length; i++) {
  const place = places[i];
  if (place.name !== 'binding' && place.name !== '_linkedBinding') continue;
  place.current = () => {
    const error = new Error(
      `A snapshot cannot hold native functions of Node's, and process.${place.name} would give some`);
    error.code = 'ERR_ACCESS_DENIED';
    throw error;
  };
}

keep(process, 'env', (place) => new Proxy({}, {
  __proto__: null,
  defineProperty: (_, name, property) => ReflectDefineProperty(place.current, name, property),
  deleteProperty: (_, name) => ReflectDeleteProperty(place.current, name),
  get: (_, name) => ReflectGet(place.current, name),
  getOwnPropertyDescriptor: (_, name) => ReflectGetOwnPropertyDescriptor(place.current, name),
  has: (_, name) => ReflectHas(place.current, name),
  ownKeys: () => ReflectOwnKeys(place.current),
  set: (_, name, value) => ReflectSet(place.current, name, value),
}));

// They run when the boundary is in force.
const callbacks = [];
const { addDeserializeCallback, isBuildingSnapshot } = namespace;
namespace.addDeserializeCallback = (callback, data) => {
  // Node's refuses both.
  if (!isBuildingSnapshot() || typeof callback !== 'function') {
    return addDeserializeCallback(callback, data);
  }
  append(callbacks, { __proto__: null, callback, data });
};

// In the place of what the entry file has put there itself; that stands in front of it again where
// the host has replaced nothing, or wrapped it.
const kStateOfProcess = ['abort', 'chdir', 'cwd', 'env', 'initgroups', 'setegid', 'seteuid', 'setgid',
                         'setgroups', 'setuid', 'umask'];

function open() {
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    const now = ReflectGetOwnPropertyDescriptor(place.holder, place.name);
    place.isPatched = now?.value !== place.kept;
    place.patch = now;
    put(place.holder, place.name, place.original);
  }
}

function close() {
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    const { owner } = place;
    if (owner !== undefined) {
      place.current = owner.binding[owner.name].prototype[place.name];
      put(place.holder, place.name, { __proto__: null, ...place.original, value: place.kept });
      continue;
    }
    place.current = place.holder[place.name];
    if (place.isPatched && (place.current === place.original.value ||
                            !ArrayPrototypeIncludes(kStateOfProcess, place.name))) {
      put(place.holder, place.name, place.patch);
    }
  }
  for (let i = 0; i < callbacks.length; i++) callbacks[i].callback(callbacks[i].data);
}

ObjectDefineProperty(process, SymbolFor('nodehost.kept'), {
  __proto__: null, value: { __proto__: null, open, close }, configurable: true,
});

const names = [];
const { map, canBeRequiredByUsers, setRealmAllowRequireByUsers } = loadBuiltinModule('fs').constructor;
MapPrototypeForEach(map, (_, name) => {
  if (canBeRequiredByUsers(name) && !StringPrototypeStartsWith(name, 'internal/')) append(names, name);
});
setRealmAllowRequireByUsers(names);
process.execArgv.length--;  // that option
for (let i = 0; i < listeners.length; i++) process.on('warning', listeners[i]);
