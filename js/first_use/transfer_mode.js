// What Node asks each object that is cloned or posted for: whether it may be. An object of its API that
// may not has 0 there, as markAsUncloneable of worker_threads sets it.
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');

return internalBinding('util').privateSymbols.transfer_mode_private_symbol;
