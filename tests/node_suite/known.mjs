// The tests of Node's that node passes and the command does not: name -> reason.
export const known = {};
