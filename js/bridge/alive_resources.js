// What keeps the event loop going, in words. Runs when the timeout of a stop has passed, in whatever
// state the program is in then: a getter that throws must not cost the rest of the list.
//
//   options.liveWorkers  bridge/workers.js's; may be absent
'use strict';

const {
  Map, MapPrototypeForEach, MapPrototypeGet, MapPrototypeSet, String, StringPrototypeIncludes,
  append,
} = primordials;
const { liveWorkers } = options;

function endpoint(address, port) {
  if (address === undefined) return '';
  return StringPrototypeIncludes(String(address), ':') ? ` [${address}]:${port}` :
    ` ${address}:${port}`;
}

function detail(handle, { Socket, Server, ChildProcess }) {
  try {
    if (handle instanceof Server) {
      const at = handle.address();
      return typeof at === 'string' ? ` ${at}` : endpoint(at?.address, at?.port);
    }
    if (handle instanceof Socket) return endpoint(handle.remoteAddress, handle.remotePort);
    if (handle instanceof ChildProcess) return ` ${handle.pid} ${handle.spawnfile}`;
  } catch {
    // The name is listed without the detail.
  }
  return '';
}

function isA(handle, type) {
  try {
    return handle instanceof type;
  } catch {
    return false;
  }
}

/// Texts such as "Timeout (2)", "TCPServerWrap 127.0.0.1:8080", "ChildProcess 47 sleep", "Worker 1".
function aliveResources() {
  const { Socket, Server } = require('net');
  const { ChildProcess } = require('child_process');
  // Requests, handles, timers: node keeps that order, and one filter for both lists of handles.
  const names = process.getActiveResourcesInfo();
  const firstHandle = process._getActiveRequests().length;
  const handles = process._getActiveHandles();
  const counts = new Map();
  const add = (text) => MapPrototypeSet(counts, text, (MapPrototypeGet(counts, text) ?? 0) + 1);
  for (let i = 0; i < names.length; i++) {
    const handle = handles[i - firstHandle];
    const name = isA(handle, ChildProcess) ? 'ChildProcess' : names[i];
    add(handle === undefined ? name : name + detail(handle, { Socket, Server, ChildProcess }));
  }
  const workers = liveWorkers?.() ?? [];
  for (let i = 0; i < workers.length; i++) add(`Worker ${workers[i].threadId}`);
  const texts = [];
  MapPrototypeForEach(counts, (count, text) => {
    append(texts, count === 1 ? text : `${text} (${count})`);
  });
  return texts;
}

return { __proto__: null, aliveResources };
