// Objects of node's native classes that scripts get hold of - the handle of a socket, a parser of
// HTTP - crash when they are used before node's own JavaScript has made them complete. Runs in each
// environment and Worker of a library host before any user code, with node's internal `require`.
//
//   options.ownProcess  the process is node's own
//   options.whenLoaded  start/when_loaded.js's
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { whenLoaded } = options;
if (options.ownProcess) return;

const {
  Error, FunctionPrototypeCall, ObjectDefineProperty, ObjectKeys, ObjectPrototype, ReflectApply,
  ReflectGet, ReflectGetOwnPropertyDescriptor, ReflectGetPrototypeOf, ReflectOwnKeys, ReflectSet,
  TypeError, WeakMap, WeakMapPrototypeGet, WeakMapPrototypeHas, WeakMapPrototypeSet, append,
} = primordials;

function replace(prototype, name, value) {
  ObjectDefineProperty(prototype, name, { __proto__: null, value, writable: true, configurable: true });
}

// Made by a script, or without what node's JavaScript would pass, an object of a class has nothing in
// it. A prototype leads to its class by `constructor` alone.
function refusalOf(name) {
  const refusing = function() {
    const error = new Error(`${name} is a native class that only node's own JavaScript constructs`);
    error.code = 'ERR_ILLEGAL_CONSTRUCTOR';
    throw error;
  };
  return ObjectDefineProperty(refusing, 'name', { __proto__: null, value: name });
}

// V8 does not look at what a native function is called on where it is called with `new`; node's methods
// forbid that, its getters do not.
function withoutNew({ get, set, enumerable }) {
  const wrappers = {
    get() { return FunctionPrototypeCall(get, this); },
    set(value) { FunctionPrototypeCall(set, this, value); },
  };
  return { __proto__: null, get: get && wrappers.get, set: set && wrappers.set, enumerable,
           configurable: true };
}

// Node 20 keeps what a stream calls with what it has read behind a property that looks like data and
// is none: it takes the prototype that it was made on to reach it. Unlike `fd` it takes any `this`.
function onreadOf(prototype) {
  const { get: check } = ReflectGetOwnPropertyDescriptor(prototype, 'fd');
  return {
    __proto__: null,
    get() {
      FunctionPrototypeCall(check, this);
      return ReflectGet(prototype, 'onread', this);
    },
    set(value) {
      FunctionPrototypeCall(check, this);
      ReflectSet(prototype, 'onread', value, this);
    },
    configurable: true,
  };
}

function propertyOfCopy(prototype, name, property) {
  if (!('value' in property)) return withoutNew(property);
  return name === 'onread' ? onreadOf(prototype) : { __proto__: null, ...property };
}

const copies = new WeakMap();  // by prototype, and by themselves

// A prototype for objects of native classes, like theirs and those that they derive from - AsyncWrap,
// HandleWrap, LibuvStreamWrap -, whose getters cannot be redefined.
function copyOf(prototype) {
  if (prototype === ObjectPrototype || prototype === null) return prototype;
  const known = WeakMapPrototypeGet(copies, prototype);
  if (known !== undefined) return known;
  const copy = { __proto__: copyOf(ReflectGetPrototypeOf(prototype)) };
  const names = ReflectOwnKeys(prototype);
  for (let i = 0; i < names.length; i++) {
    const property = ReflectGetOwnPropertyDescriptor(prototype, names[i]);
    if (names[i] === 'constructor') {
      property.value = refusalOf(prototype.constructor.name);
      ObjectDefineProperty(prototype, 'constructor', { __proto__: null, ...property });
    }
    ObjectDefineProperty(copy, names[i], propertyOfCopy(prototype, names[i], property));
  }
  WeakMapPrototypeSet(copies, prototype, copy);
  WeakMapPrototypeSet(copies, copy, copy);
  return copy;
}

function guardClasses(binding) {
  const names = ObjectKeys(binding);
  for (let i = 0; i < names.length; i++) {
    const member = binding[names[i]];
    if (typeof member !== 'function') continue;
    const prototype = ReflectGetOwnPropertyDescriptor(member, 'prototype');
    if (prototype?.writable) member.prototype = copyOf(prototype.value);
  }
}

// Those whose objects scripts get: handles of sockets, servers and files.
const kBindings = [
  'tcp_wrap', 'pipe_wrap', 'tty_wrap', 'udp_wrap', 'fs', 'fs_event_wrap', 'http_parser', 'cares_wrap',
];
for (let i = 0; i < kBindings.length; i++) guardClasses(internalBinding(kBindings[i]));

// Bindings that take a while to make, as soon as node's own JavaScript has asked for them.
whenLoaded(['internal/crypto/util'], () => guardClasses(internalBinding('crypto')));
whenLoaded(['internal/http2/core'], () => guardClasses(internalBinding('http2')));

// What a native class takes for the object of another one, it does not look at.
function misused(name) {
  const error = new TypeError(`${name} got what is no object of node's native classes`);
  error.code = 'ERR_INVALID_ARG_TYPE';
  return error;
}

// Native streams, by getters that V8 calls on objects of their class only.
const streamGetters = [];
function addStreams({ prototype }) {
  let property;
  for (let at = prototype; property === undefined; at = ReflectGetPrototypeOf(at)) {
    property = ReflectGetOwnPropertyDescriptor(at, 'fd');
  }
  append(streamGetters, property.get);
}
addStreams(internalBinding('tcp_wrap').TCP);

function isStream(value) {
  for (let i = 0; i < streamGetters.length; i++) {
    try {
      FunctionPrototypeCall(streamGetters[i], value);
      return true;
    } catch {
      // Of another class.
    }
  }
  return false;
}

// Node 24 loads the first only, which node 20 does not have.
whenLoaded(['internal/tls/wrap', '_tls_wrap'], () => {
  guardClasses(internalBinding('tls_wrap'));
  addStreams(internalBinding('tls_wrap').TLSWrap);
});

// Whether it is a request of a native class that libuv has, or a stream.
const { ShutdownWrap, WriteWrap } = internalBinding('stream_wrap');
const { getAsyncId } = ReflectGetPrototypeOf(ShutdownWrap.prototype);
function isUnderWay(request) {
  try {
    return FunctionPrototypeCall(getAsyncId, request) > 0;
  } catch {
    return false;  // no native object
  }
}

// libuv forgets the first of two connects of a pipe: that one never ends, and then no clean-up of the
// environment does. Of TCP it refuses the second.
const { UV_EALREADY } = internalBinding('uv');
const { Pipe } = internalBinding('pipe_wrap');
const { connect } = Pipe.prototype;
const connects = new WeakMap();  // by pipe
replace(Pipe.prototype, 'connect', {
  connect(request, ...given) {
    if (isUnderWay(WeakMapPrototypeGet(connects, this))) return UV_EALREADY;
    const error = FunctionPrototypeCall(connect, this, request, ...given);
    if (error === 0) WeakMapPrototypeSet(connects, this, request);
    return error;
  },
}.connect);

// A socket that is a stream of JavaScript's ends the requests that it was given.
whenLoaded(['internal/js_stream_socket'], () => {
  const { JSStream: { prototype } } = internalBinding('js_stream');
  const guardEnd = (name, { prototype: kind }) => {
    const end = prototype[name];
    replace(prototype, name, function(request, status) {
      if (!isUnderWay(request) || ReflectGetPrototypeOf(request) !== kind) throw misused(name);
      return FunctionPrototypeCall(end, this, request, status | 0);
    });
  };
  guardEnd('finishWrite', WriteWrap);
  guardEnd('finishShutdown', ShutdownWrap);
  addStreams({ prototype });
});

// Public, by `_http_common`.
const { ConnectionsList, HTTPParser } = internalBinding('http_parser');
replace(HTTPParser.prototype, 'constructor', HTTPParser);

// A parser takes itself out of the list it has been given, which it has no idea of before.
const { initialize, remove } = HTTPParser.prototype;
const { expired } = ConnectionsList.prototype;
const lists = new WeakMap();  // by parser; it does not keep its list alive itself

replace(HTTPParser.prototype, 'initialize', {
  initialize(type, resource, maxHeaderSize, lenientFlags, list) {
    // V8 lets native methods be called on objects of their class only; this one does nothing then.
    if (list !== undefined && list !== null) FunctionPrototypeCall(expired, list, 0, 0);
    const result = FunctionPrototypeCall(initialize, this, type, resource, maxHeaderSize, lenientFlags,
                                         list);
    WeakMapPrototypeSet(lists, this, list);
    return result;
  },
}.initialize);

const { consume } = HTTPParser.prototype;
replace(HTTPParser.prototype, 'consume', {
  consume(stream) {
    if (!isStream(stream)) throw misused('consume');
    return FunctionPrototypeCall(consume, this, stream);
  },
}.consume);

// Until it is initialized, a parser has memory that nothing has been written to.
const kReadsState = ['consume', 'execute', 'finish', 'pause', 'resume'];
for (let i = 0; i < kReadsState.length; i++) {
  const name = kReadsState[i];
  const method = HTTPParser.prototype[name];
  replace(HTTPParser.prototype, name, {
    [name](...given) {
      if (!WeakMapPrototypeHas(lists, this)) {
        const error = new Error(`${name} was called on a parser that is not initialized`);
        error.code = 'ERR_INVALID_STATE';
        throw error;
      }
      return ReflectApply(method, this, given);
    },
  }[name]);
}

replace(HTTPParser.prototype, 'remove', {
  remove() {
    return WeakMapPrototypeHas(lists, this) ? FunctionPrototypeCall(remove, this) : undefined;
  },
}.remove);
