// Subscriptions of C++'s to EventEmitters and EventTargets, and the EventEmitters that C++ makes.
'use strict';

const { Promise, ReflectApply, TypeError, append } = primordials;
const { newEventEmitter } = require('events');

const isEmitter = (value) => typeof value.on === 'function' && typeof value.emit === 'function';
const isTarget = (value) => typeof value.addEventListener === 'function';

/// Whether C++ can listen to a value.
function isSource(value) {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    (isEmitter(value) || isTarget(value));
}

function add(source, name, listener) {
  if (isEmitter(source)) source.on(name, listener);
  else if (isTarget(source)) source.addEventListener(name, listener);
  else throw new TypeError('Neither an EventEmitter nor an EventTarget');
}

function remove(source, name, listener) {
  if (isEmitter(source)) source.removeListener(name, listener);
  else source.removeEventListener(name, listener);
}

/// An event that the C++ listener cannot take is an error of the emitter, for who listens to that;
/// else a warning, for the listener is not JavaScript's, and the environment shall not end.
function refuse(source, name, error) {
  if (name !== 'error' && isEmitter(source) && source.listenerCount?.('error') > 0) {
    source.emit('error', error);
  } else {
    process.emitWarning(error);
  }
}

/// Calls `listener` for each event until the function that is returned is called. The listener
/// returns an Error for arguments of other types, and throws what C++ throws.
function subscribe(source, name, listener) {
  const listen = (...list) => {
    const error = ReflectApply(listener, undefined, list);
    if (error !== undefined) refuse(source, name, error);
  };
  add(source, name, listen);
  return () => { remove(source, name, listen); };
}

/// A promise of the arguments of the next event, `count` of them. An 'error' of an emitter rejects
/// it.
function once(source, name, count) {
  return new Promise((resolve, reject) => {
    const watchesErrors = isEmitter(source) && name !== 'error';
    const happened = (...list) => {
      stop();
      const values = [];
      for (let i = 0; i < count; ++i) append(values, list[i]);
      resolve(values);
    };
    const failed = (error) => {
      stop();
      reject(error);
    };
    const stop = () => {
      remove(source, name, happened);
      if (watchesErrors) remove(source, 'error', failed);
    };
    add(source, name, happened);
    if (watchesErrors) add(source, 'error', failed);
  });
}

/// `list` is [name, ...arguments].
const emit = (emitter, list) => { ReflectApply(emitter.emit, emitter, list); };

return { __proto__: null, subscribe, once, emit, isSource, newEmitter: newEventEmitter };
