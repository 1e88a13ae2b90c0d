// Which worker process has the inspector on a service's port: the newest of the first instance, once the
// one before it has let go. One that runs JavaScript, or that a debugger has paused, does so later.
// Returns `inspectorPort(port, report)`, which returns what service_children.js calls; report(text) is
// told why a process has none. A port of 0 is a free one, and stays the same from the first one on.
'use strict';

const { RegExpPrototypeExec } = primordials;

const kPort = /^ws:\/\/127\.0\.0\.1:([0-9]{1,5})\//;

function inspectorPort(port, report) {
  let newest, holder;
  let opening = false;
  let closing = false;

  function open() {
    holder = newest;
    closing = false;
    opening = holder !== undefined;
    if (opening) holder.send(['inspect', port]);
  }

  function moveOn() {
    if (holder === newest || closing) return;
    closing = true;
    holder.send(['endInspect']);
  }

  return {
    __proto__: null,

    /// It takes calls, and those before it take none any more.
    ready(instance) {
      newest = instance;
      if (holder === undefined) open();
      else if (!opening) moveOn();
    },

    /// Its process has ended.
    ended(instance) {
      if (newest === instance) newest = undefined;
      if (holder === instance) open();
    },

    /// Whether `message` is one that was waited for.
    receive(instance, { 0: kind, 1: url, 2: failure }) {
      if (holder !== instance) return false;
      if (kind === 'inspectEnded' && closing) {
        open();
        return true;
      }
      if (kind !== 'inspects' || !opening) return false;
      opening = false;
      if (typeof failure === 'string') {
        report(`nodehost: NodeServicesOptions::debug_port: ${failure} The ${instance.name} has no ` +
               'inspector.\n');
      } else if (port === 0) {
        const found = RegExpPrototypeExec(kPort, `${url}`);
        if (found !== null) port = +found[1];
      }
      moveOn();
      return true;
    },
  };
}

return { __proto__: null, inspectorPort };
