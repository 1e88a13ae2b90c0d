// V8's flags hold for the whole process, and some of them crash it (`--stack-size`). Runs in
// each environment and Worker of a library host before any user code, with node's internal
// `require`.
//
//   options.ownProcess  the process is node's own
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { ownProcess } = options;
if (ownProcess) return;

const { Error } = primordials;
const binding = internalBinding('v8');
const { setFlagsFromString } = binding;

binding.setFlagsFromString = (flags) => {
  // Packages that measure memory do this; V8 reads it when a context is made.
  if (flags === '--expose-gc' || flags === '--expose_gc') return setFlagsFromString(flags);
  const error = new Error(
    `V8's flags are the whole program's, and ${flags} would change them: in C++ give them to ` +
    'PlatformOptions::node_options');
  error.code = 'ERR_WORKER_UNSUPPORTED_OPERATION';
  throw error;
};
