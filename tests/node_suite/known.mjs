// The tests of Node's that node passes and the command does not: folder/name -> reason.
export const known = {
  'parallel/test-bootstrap-modules.js':
    'the host takes what it needs of module, stream and vm before user code, for modules of C++',
  'parallel/test-code-cache.js': 'libnode is built without a code cache of Node.js',
  'parallel/test-strace-openat-openssl.js': 'the command opens its start-up snapshot',
};
