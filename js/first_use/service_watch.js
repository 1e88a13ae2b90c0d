// Watches a project's files. Runs in an environment of the host's own; returns
// `watchFiles(directory, extensions, onChange)`, which returns a function that stops it. onChange is
// called a moment after the last of several changes.
'use strict';

const {
  Map, MapPrototypeClear, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeHas, MapPrototypeSet,
  Set, SetPrototypeAdd, SetPrototypeHas,
} = primordials;
const { readdirSync, watch } = require('fs');
const { extname, join } = require('path');
const { performance } = require('perf_hooks');
const { clearTimeout, setTimeout } = require('timers');

const kQuiet = 100;  // ms: an editor writes, renames and writes again
const kLongest = 1000;  // ms that a row of changes may put it off
const kIgnored = new Set();
SetPrototypeAdd(kIgnored, 'node_modules');
SetPrototypeAdd(kIgnored, '.git');

function watchFiles(directory, extensions, onChange) {
  const watched = new Set();
  for (let i = 0; i < extensions.length; ++i) SetPrototypeAdd(watched, extensions[i]);
  const watchers = new Map();  // by directory
  let timer, first;

  function tell() {
    timer = first = undefined;
    onChange();
  }

  function changed() {
    const time = performance.now();
    first ??= time;
    if (timer !== undefined && time - first > kLongest) return;
    clearTimeout(timer);
    timer = setTimeout(tell, kQuiet);
  }

  function close(folder) {
    MapPrototypeForEach(watchers, (watcher, path) => {
      if (path !== folder && !path.startsWith(`${folder}/`)) return;
      watcher.close();
      MapPrototypeDelete(watchers, path);
    });
  }

  // Watches `folder` and all below it; whether it holds a file of interest.
  function add(folder) {
    if (MapPrototypeHas(watchers, folder)) return false;
    let entries;
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null) return changed();
        if (SetPrototypeHas(watched, extname(name))) return changed();
        if (event === 'rename' && !SetPrototypeHas(kIgnored, name)) {
          const path = join(folder, name);
          close(path);
          if (add(path)) changed();
        }
      });
      watcher.on('error', () => close(folder));  // it is gone
      MapPrototypeSet(watchers, folder, watcher);
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return false;  // no directory, or gone meanwhile
    }
    let found = false;
    for (let i = 0; i < entries.length; ++i) {
      const entry = entries[i];
      if (entry.isDirectory() && !SetPrototypeHas(kIgnored, entry.name)) {
        if (add(join(folder, entry.name))) found = true;
      } else if (SetPrototypeHas(watched, extname(entry.name))) {
        found = true;
      }
    }
    return found;
  }

  add(directory);
  return () => {
    clearTimeout(timer);
    MapPrototypeForEach(watchers, (watcher) => watcher.close());
    MapPrototypeClear(watchers);
  };
}

return { __proto__: null, watchFiles };
