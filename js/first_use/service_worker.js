// The worker process's side: calls what comes over the socket, until the other side closes it.
// Gets `invoke` of module_functions.js, service_wire.js's exports as `wire`, service_streams.js's as
// `streams`, and the socket's `descriptor`.
'use strict';

const { PromisePrototypeThen, append } = primordials;
const { Socket } = require('net');
const { isPromise } = require('util');
const {
  invoke, wire: { describe, receiver, sender }, streams: { closeUnused, isStream, streamPort }, descriptor,
} = options;

const { exit } = process;
const socket = new Socket({ fd: descriptor, readable: true, writable: true });
const send = sender(socket);
const port = streamPort(send, () => {});

function fail(id, thrown) {
  send(['failed', id, describe(thrown)]);
}

function complete(id, result) {
  if (isStream(result)) {
    send(['stream', id]);
    port.give(`${id}`, result);
    return;
  }
  try {
    send(['done', id, result]);
  } catch (error) {  // a DataCloneError
    fail(id, error);
  }
}

function call(id, module, name, args, streams) {
  const opened = [];
  for (let i = 0; i < streams.length; ++i) {
    append(opened, args[streams[i]] = port.open(`${id}.${streams[i]}`));
  }
  const settle = (answer, value) => {
    answer(id, value);
    for (let i = 0; i < opened.length; ++i) closeUnused(opened[i]);
  };
  try {
    const result = invoke(module, name, args);
    if (!isPromise(result)) return settle(complete, result);
    PromisePrototypeThen(result, (value) => settle(complete, value), (error) => settle(fail, error));
  } catch (error) {
    settle(fail, error);
  }
}

socket.on('data', receiver((messages) => {
  const begun = { __proto__: null, length: 0 };
  for (let i = 0; i < messages.length; ++i) {
    if (messages[i][0] === 'call') begun[begun.length++] = messages[i][1];
  }
  // Written before any function runs, so that the other side knows what may have happened.
  if (begun.length > 0) {
    send(['begun', begun]);
    socket.uncork();
    socket.cork();
  }
  for (let i = 0; i < messages.length; ++i) {
    const message = messages[i];
    if (message[0] === 'call') {
      call(message[1], message[2], message[3], message[4], message[5]);
    } else if (!port.receive(message)) {
      send(['pong']);
    }
  }
}));
// The process that gave the work has ended, or wants no more of it.
socket.on('close', () => exit(0));
socket.on('error', () => exit(1));
send(['ready']);
