// The tests of Node's that node passes and the command does not: folder/name -> reason.
export const known = {};
