// The worker process's side of what WorkerCalls leaves to JavaScript: calls with streams among their
// arguments, results that are streams, and what is thrown. Gets service_wire.js's exports as `wire`,
// service_streams.js's as `streams` and WorkerCalls' functions as `calls`; returns what it calls.
'use strict';

const { PromisePrototypeThen, append } = primordials;
const { isPromise } = require('util');
const {
  calls, invoke, wire: { describe, isBuffer, sender },
  streams: { closeUnused, prematureClose, readableOf, streamPort },
} = options;

const { exit } = process;
const send = sender(calls.send, calls.sendChunk);
const port = streamPort(send, () => {});

function fail(id, thrown) {
  send(['failed', id, describe(thrown)]);
}

/// Sends a result that is a stream, as fast as it is read.
function giveStream(id, result) {
  const stream = readableOf(result);
  let open = true;
  const write = calls.openStream(id, (more) => {
    if (more) {
      stream.resume();
    } else {
      open = false;
      stream.destroy();
    }
  });
  const over = (error) => {
    if (!open) return;
    open = false;
    if (error !== null) send(['broken', id, describe(error)]);
    calls.closeStream(id, error === null);
  };
  stream.on('error', over);
  stream.on('end', () => over(null));
  stream.on('close', () => over(prematureClose()));
  stream.on('data', (chunk) => {
    if (!open) return;
    try {
      if (!write(chunk, isBuffer(chunk))) stream.pause();
    } catch (error) {  // a DataCloneError
      over(error);
      stream.destroy();
    }
  });
  if (stream.errored || stream.destroyed) over(stream.errored ?? prematureClose());
  if (stream.readableEnded) over(null);
  stream.resume();
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
  calls.begin(id);
  try {
    const result = invoke(module, name, args);
    if (!isPromise(result)) return settle(calls.complete, result);
    PromisePrototypeThen(result, (value) => settle(calls.complete, value),
                         (error) => settle(fail, error));
  } catch (error) {
    settle(fail, error);
  }
}

function inspect(inspectorPort) {
  let url, failure;
  try {
    url = calls.openInspector(inspectorPort);
  } catch (error) {
    failure = error.message;
  }
  send(['inspects', url, failure]);
}

function receive(message) {
  switch (message[0]) {
    case 'call':
      call(message[1], message[2], message[3], message[4], message[5]);
      return;
    case 'inspect':
      inspect(message[1]);
      return;
    case 'endInspect':
      calls.closeInspector();
      send(['inspectEnded']);
      return;
    default:
      if (!port.receive(message)) send(['pong']);
  }
}

send(['ready']);

return { __proto__: null, exit, fail, giveStream, receive };
