// Whether Node can enable and disable hooks of async resources: it counts how deep it is in them, counts
// down in `finally`, which does not run when JavaScript is stopped, and until it is out of them gives
// copies of its tables to whoever changes them. Runs while no JavaScript is on the stack.
'use strict';

const { ArrayBufferIsView } = primordials;
const { getHookArrays } = require('internal/async_hooks');

// Node's own table of counts is memory that it shares with C++; a copy is an array.
return ArrayBufferIsView(getHookArrays()[1]);
