// The text of Node's built-in modules by name, for who makes a start-up snapshot.
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');

return internalBinding('builtins').natives;
