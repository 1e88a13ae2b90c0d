// Has what code of a program's snapshot has kept of Node's follow the boundary: start/snapshot_kept.js
// says how. Runs in an environment from such a snapshot, before anything of the boundary is put in
// force, and when all of it is.
//
//   options  'open', then 'close'
'use strict';

const { ReflectDeleteProperty, SymbolFor } = primordials;

const name = SymbolFor('nodehost.kept');
const steps = process[name];
if (steps === undefined) return;  // a snapshot of Node.js alone
if (options === 'close') ReflectDeleteProperty(process, name);
steps[options]();
