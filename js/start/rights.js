// Takes rights away (nodehost/rights.hpp): each native function behind a right is replaced where
// node's own JavaScript looks it up, on its prototype or binding object, so that nothing reachable
// leads to the original. Runs in each environment and Worker before any user code, after the other
// files that wrap the same functions, with node's internal `require`.
//
//   options.rights  nativeAddons, childProcesses, workers, network, environmentVariables: booleans;
//                   builtins: names, or absent
'use strict';

const { internalBinding, BuiltinModule } = require('internal/bootstrap/realm');
const { host, inWorker, rights, use } = options;
const {
  Error, ObjectGetOwnPropertyNames, ReflectConstruct, RegExpPrototypeExec,
  StringPrototypeIndexOf, StringPrototypeSlice, SymbolFor, replaceClass,
} = primordials;

function binding(name) {
  try {
    return internalBinding(name);
  } catch {
    return undefined;  // not in this build or version
  }
}

/// Replaces the named functions of `target`, which may be absent, by one that throws; or, with
/// `result`, by one that returns an error number, where node expects no exception.
function refuse(target, names, right, result) {
  const refused = () => {
    const error = new Error(`This environment has no right to do that: Rights::${right} is false`);
    error.code = 'ERR_ACCESS_DENIED';
    throw error;
  };
  for (const name of names) {
    // A function, not an arrow: some are called with `new`, and refuse in the same way.
    if (typeof target?.[name] === 'function') {
      target[name] = result === undefined ? function() { refused(); } : () => result;
    }
  }
}

/// Adds a reason to the text of an error, which its stack begins with.
function explain(error, reason) {
  const { message, stack } = error;
  error.message = `${message}: ${reason}`;
  if (typeof stack !== 'string') return;
  const at = StringPrototypeIndexOf(stack, message);
  if (at < 0) return;
  const end = at + message.length;
  error.stack = `${StringPrototypeSlice(stack, 0, end)}: ${reason}${StringPrototypeSlice(stack, end)}`;
}

const methods = internalBinding('process_methods');

if (!rights.nativeAddons) {
  const right = 'native_addons';
  refuse(process, ['dlopen'], right);
  refuse(methods, ['dlopen'], right);
  refuse(binding('sqlite')?.DatabaseSync?.prototype, ['loadExtension', 'enableLoadExtension'],
         right);
  if (process.versions.openssl !== undefined) {
    const crypto = binding('crypto');
    refuse(crypto, ['setEngine'], right);
    refuse(crypto?.SecureContext?.prototype, ['setEngineKey', 'setClientCertEngine'], right);
  }
}

if (!rights.childProcesses) {
  const right = 'child_processes';
  refuse(internalBinding('process_wrap').Process.prototype, ['spawn'], right);
  refuse(internalBinding('spawn_sync'), ['spawn'], right);
  const signalling = ['_kill', '_debugProcess'];
  refuse(process, signalling, right);
  refuse(methods, ['execve', ...signalling], right);
}

if (!rights.workers) {
  refuse(internalBinding('worker').Worker.prototype, ['startThread'], 'workers');
}

if (!rights.network) {
  // As when the system refuses: the socket gets an 'error' event. Node's modules make it of the
  // number alone; what it says is added where they take their classes of errors from.
  const errors = require('internal/errors');
  for (const name of ['DNSException', 'ErrnoException', 'ExceptionWithHostPort',
                      'UVExceptionWithHostPort']) {
    if (typeof errors[name] !== 'function') continue;
    const target = errors[name];
    errors[name] = replaceClass(target, (given, newTarget) => {
      const error = ReflectConstruct(target, given, newTarget);
      if (error.code === 'EACCES') {
        explain(error, 'this environment has no right to the network, Rights::network is false');
      }
      return error;
    });
  }
  const { UV_EACCES } = internalBinding('uv');
  const deny = (target, names) => refuse(target, names, 'network', UV_EACCES);
  const sockets = ['bind', 'bind6', 'connect', 'connect6', 'listen'];
  deny(internalBinding('tcp_wrap').TCP.prototype, ['open', ...sockets]);
  deny(internalBinding('udp_wrap').UDP.prototype,
       ['open', 'send', 'send6', 'recvStart', 'addMembership', 'addSourceSpecificMembership',
        ...sockets]);
  deny(internalBinding('pipe_wrap').Pipe.prototype, sockets);
  const resolver = internalBinding('cares_wrap');
  deny(resolver, ['getaddrinfo', 'getnameinfo']);
  const { prototype: channel } = resolver.ChannelWrap;
  deny(channel, ObjectGetOwnPropertyNames(channel).filter(
    (name) => RegExpPrototypeExec(/^(?:query|getHost)/, name) !== null));
  deny(binding('quic')?.Endpoint?.prototype, ['connect', 'listen']);
}

if (!rights.environmentVariables) {
  // A report lists the process's own, and _initPaths reads HOME and NODE_PATH of them.
  refuse(binding('report'), ['getReport', 'writeReport'], 'environment_variables');
  refuse(require('internal/modules/cjs/loader').Module, ['_initPaths'], 'environment_variables');
}

if (!rights.environmentVariables && inWorker) {
  // A Worker with SHARE_ENV has the process's own variables. One with `env` may well be given the
  // same name, but not the same value without knowing it.
  const env = {};
  for (const name of ObjectGetOwnPropertyNames(process.env)) {
    const value = process.env[name];
    if (host.realVariable(name) !== value) env[name] = value;
  }
  use('start/environment_variables.js', { __proto__: null, env, hideEnv: true });
}

if (rights.builtins !== undefined) {
  for (const name of rights.builtins) {
    if (BuiltinModule.canBeRequiredByUsers(name)) continue;
    const error = new Error(`Rights::builtins: Node.js ${process.versions.node} has no built-in ` +
                            `module "${name}"`);
    error.code = 'ERR_NODEHOST_OPTION';  // a HostError in C++
    throw error;
  }
  const limit = () => BuiltinModule.setRealmAllowRequireByUsers(rights.builtins);
  refuse(process, ['binding', '_linkedBinding'], 'builtins');
  // bridge.js needs more than is on the list, and calls this before any user code runs.
  if (inWorker) limit();
  else process[SymbolFor('nodehost.limitBuiltins')] = limit;
}

// A debugger can read closures, which hold the original functions, and starts in a Worker before this
// file; some of V8's flags give JavaScript access to V8's internals.
const any = 'native_addons (or another one)';
const inspector = binding('inspector');
for (const name of ['Connection', 'MainThreadConnection']) {
  refuse(inspector?.[name]?.prototype, ['dispatch'], any);
}
refuse(inspector, ['Connection', 'MainThreadConnection', 'open'], any);
refuse(internalBinding('v8'), ['setFlagsFromString'], any);
