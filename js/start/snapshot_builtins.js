// Loads, in the process that makes a start-up snapshot, what start/builtins.js takes of Node's
// modules and Node's own bootstrap has not loaded: environments from the snapshot have it then. Not
// `module`, which loads the ES module loader: errors that come through that would have other stacks.
'use strict';

const { getBuiltinModule } = process;  // node 20.16, 22.3 and later
if (getBuiltinModule === undefined) return;
getBuiltinModule('stream');
getBuiltinModule('vm');
