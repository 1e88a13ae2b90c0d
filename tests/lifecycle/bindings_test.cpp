// Node's native functions are out of a script's reach, and what guards them is no Proxy.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/attempt.hpp"
#include "support/lacks.hpp"

using test::InWorker;
using test::kModules;
using test::NewEnvironment;
using test::Try;

TEST_CASE("bindings: process.binding and --expose-internals are refused, in Workers too") {
  nh::Environment node = NewEnvironment();
  for (const std::string way : {
           "process.binding('fs')",
           "process.binding('crypto')",
           "process.binding.call(process, 'fs')",
           "new (require('worker_threads').Worker)('', { eval: true,"
           " execArgv: ['--expose-internals'] })",
           "new (require('worker_threads').Worker)('', { eval: true,"
           " execArgv: ['--expose_internals'] })",
           "const w = new (require('worker_threads').Worker)('', { eval: true });"
           "const h = w[Object.getOwnPropertySymbols(w).find((s) => s.description === 'kHandle')];"
           "new h.constructor('', null, ['--expose-internals'])",
       }) {
    CAPTURE(way);
    CHECK(Try(node, way) == "ERR_ACCESS_DENIED");
    if (way.find("new ") != std::string::npos) continue;
    CHECK(Try(node, InWorker(way)) == "ERR_ACCESS_DENIED");
  }
  CHECK(Try(node, "return typeof process.binding") == "function");
}

TEST_CASE("bindings: who asks for them has them") {
  nh::Environment node = test::NewEnvironmentWithBindings();
  CHECK(Try(node, "return typeof process.binding('fs').open") == "function");
  CHECK(Try(node, InWorker("process.binding('fs'); require('worker_threads').parentPort"
                           ".postMessage('there')")) == "there");
  CHECK(Try(node, InWorker("require('worker_threads').parentPort.postMessage("
                           "typeof require('internal/test/binding').internalBinding)",
                           "execArgv: ['--expose-internals']")) == "function");
}

TEST_CASE("bindings: util.inspect with showProxy hands out no class behind a guard") {
  if (test::LacksFileRights()) return;
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = kModules,
       .rights = {.native_addons = false,
                  .child_processes = false,
                  .network = false,
                  .environment_variables = false,
                  .read_files = std::vector<std::string>{kModules}}});
  const std::string worker = "require('worker_threads').Worker";
  for (const std::string& name :
       {worker, worker + ".prototype.constructor",
        "new (" + worker + ")('', { eval: true }).constructor", std::string("require('wasi').WASI"),
        std::string("require('node:sqlite').DatabaseSync")}) {
    CAPTURE(name);
    const std::string peek =
        "const util = require('util'); const X = " + name +
        "; let seen = X; X[util.inspect.custom] = function() { seen = this; return ''; };"
        "util.inspect(X, { showProxy: true }); const same = String(seen === X);";
    CHECK(Try(node, peek + "return same") == "true");
    CHECK(Try(node, InWorker(peek + "require('worker_threads').parentPort.postMessage(same)")) ==
          "true");
  }
}

TEST_CASE("bindings: new ShadowRealm, where it is enabled, is an error") {
  nh::NodejsPlatform platform({.node_options = {"--experimental-shadow-realm"}});
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  const std::string make = "new ShadowRealm()";
  CHECK(Try(node, make) == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
  CHECK(Try(node, "require('vm').runInNewContext('" + make + "')") ==
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
  CHECK(Try(node, InWorker(make)) == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
  CHECK(Try(node, "return 6 * 7") == "42");
}

TEST_CASE("bindings: a guarded class is as node's: subclasses, statics, names") {
  nh::Environment node = NewEnvironment();
  const std::string outcome =
      Try(node,
          "const { Worker } = require('worker_threads'); const { EventEmitter } = "
          "require('events');"
          "class Mine extends Worker { constructor() { super('', { eval: true }); this.own = 1 } }"
          "const w = new Mine(); await new Promise((r) => w.on('exit', r));"
          "let called; try { Worker('x') } catch (e) { called = e.name }"
          "return [w instanceof Mine, w instanceof Worker, w instanceof EventEmitter, w.own,"
          " Worker.name, Worker.length, called, w.constructor === Mine,"
          " Object.getPrototypeOf(Worker) === EventEmitter].join()");
  CHECK(outcome == "true,true,true,1,Worker,1,TypeError,true,true");
}

TEST_CASE("bindings: native objects that are not complete do not crash") {
  nh::Environment node = NewEnvironment();
  const std::string parser =
      "const { HTTPParser } = require('_http_common'); const p = new HTTPParser(); p.remove();"
      "let outcome = ''; for (const list of [{}, [], p, Object.create(p), new Proxy({}, {})])"
      " try { p.initialize(1, {}, 0, 0, list) } catch (e) { outcome += e.name }"
      "p.remove(); p.initialize(1, {}, 0, 0); p.remove();";
  const std::string five = "TypeErrorTypeErrorTypeErrorTypeErrorTypeError";
  CHECK(Try(node, parser + "return outcome") == five);
  const std::string answer = "require('worker_threads').parentPort.postMessage(";
  CHECK(Try(node, InWorker(parser + answer + "outcome)")) == five);
  CHECK(Try(node, parser + "outcome = '';"
                           "for (const stream of [undefined, 1, {}, p, Object.create(p), process])"
                           " try { p.consume(stream) } catch (e) { outcome += e.name }"
                           "return outcome") == five + "TypeError");
  CHECK(Try(node,
            "const { HTTPParser } = require('_http_common'); const outcomes = [];"
            "for (const name of ['consume', 'execute', 'finish', 'pause', 'resume'])"
            " for (let i = 0; i < 50; ++i)"
            "  try { new HTTPParser()[name](Buffer.alloc(9)); outcomes.push('returned') }"
            "  catch (e) { outcomes.push(e.code) }"
            "return [...new Set(outcomes)].join()") == "ERR_INVALID_STATE");
  CHECK(Try(node,
            "const Socket = require('_stream_wrap'); const { Duplex } = require('stream');"
            "const { _handle: handle } = new Socket(new Duplex({ read() {} })); let outcome = '';"
            "for (const request of [undefined, {}, handle, Object.create(handle)])"
            " for (const end of ['finishWrite', 'finishShutdown'])"
            "  try { handle[end](request, 0) } catch (e) { outcome += e.code === "
            "'ERR_INVALID_ARG_TYPE' ? 1 : e.message }"
            "return outcome") == "11111111");
  const std::string bases =
      "const net = require('net'); const s = net.createServer(); await new Promise((r) => "
      "s.listen(0, r)); const names = []; const { HTTPParser } = require('_http_common');"
      "for (let at of [s._handle, HTTPParser.prototype]) {"
      "  while ((at = Object.getPrototypeOf(at)) !== Object.prototype) {"
      "    try { new at.constructor().getAsyncId() } catch (e) {"
      "      names.push(at.constructor.name + ' ' + e.code) } } } s.close();";
  const std::string outcome = Try(node, bases + "return names.join()");
  CHECK(outcome.find("AsyncWrap ERR_ILLEGAL_CONSTRUCTOR") != std::string::npos);
  CHECK(outcome.find("HandleWrap ERR_ILLEGAL_CONSTRUCTOR") != std::string::npos);
  CHECK(outcome.find("TCP ERR_ILLEGAL_CONSTRUCTOR") != std::string::npos);
  CHECK(Try(node, InWorker("(async () => {" + bases + answer + "names.join()) })()")) == outcome);
  CHECK(Try(node,
            "const { context } = require('tls').createSecureContext();"
            "new context.constructor().setOptions(1)") == "ERR_ILLEGAL_CONSTRUCTOR");
}

namespace {

// Server and client in one, by a shared key instead of a certificate: the status, and what the
// native class of the socket's handle says.
const std::string kHttps =
    "const https = require('https'); const psk = Buffer.alloc(16, 1);"
    "const ciphers = 'PSK-AES128-GCM-SHA256'; let refusal;"
    "const server = https.createServer({ ciphers, pskCallback: () => psk }, (_, r) => r.end());"
    "server.on('secureConnection', ({ _handle }) => {"
    "  try { new _handle.constructor() } catch (e) { refusal = e.code } });"
    "await new Promise((r) => server.listen(0, r)); const { port } = server.address();"
    "const status = await new Promise((done, failed) => { server.on('tlsClientError', failed);"
    "  process.on('uncaughtException', failed); https.get({ port, ciphers, agent: false,"
    "    checkServerIdentity() {}, pskCallback: () => ({ psk, identity: 'x' }) },"
    "    (answer) => { answer.resume(); done(answer.statusCode) }).on('error', failed) });"
    "server.close(); ";

}  // namespace

TEST_CASE("bindings: HTTPS works, also where its modules did not load at the first time") {
  const std::string answer = "[status, refusal].join()";
  const std::string fail =
      "const net = require('net'); const { Socket } = net; net.Socket = undefined; let failed = 0;"
      "for (const name of ['_stream_wrap', 'https'])"
      "  try { require(name) } catch { failed++ } net.Socket = Socket;";
  nh::Environment node = NewEnvironment();
  CHECK(Try(node, kHttps + "return " + answer) == "200,ERR_ILLEGAL_CONSTRUCTOR");
  CHECK(Try(node, InWorker("(async () => {" + kHttps + "require('worker_threads').parentPort" +
                           ".postMessage(" + answer + ") })()")) == "200,ERR_ILLEGAL_CONSTRUCTOR");
  nh::Environment late = NewEnvironment();
  CHECK(Try(late, fail + kHttps + "return [failed, " + answer + "].join()") ==
        "2,200,ERR_ILLEGAL_CONSTRUCTOR");
  CHECK(Try(late,
            "const { Duplex } = require('stream'); const Socket = require('_stream_wrap');"
            "new Socket(new Duplex({ read() {} }))._handle.finishWrite({}, 0)") ==
        "ERR_INVALID_ARG_TYPE");
}

TEST_CASE("bindings: native getters are no classes, of which V8 would not know what they are") {
  nh::Environment node = NewEnvironment();
  const std::string getters =
      "const s = require('net').createServer(); await new Promise((r) => s.listen(0, r));"
      "const found = []; const { context } = require('tls').createSecureContext();"
      "for (let at of [s._handle, context]) for (; at; at = Object.getPrototypeOf(at))"
      "  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at)))"
      "    if (get && at !== Object.prototype) try { new get() } catch (e) {"
      "      found.push(name + ' ' + e.name) }"
      "const works = s._handle.fd > 0; s.close();";
  const std::string outcome = Try(node, getters + "return [works, ...found].join()");
  CHECK(outcome.starts_with("true,"));
  CHECK(outcome.find("fd TypeError") != std::string::npos);
  CHECK(outcome.find("_external TypeError") != std::string::npos);
  CHECK(Try(node, InWorker("(async () => {" + getters +
                           "require('worker_threads').parentPort.postMessage("
                           "[works, ...found].join()) })()")) == outcome);
}

TEST_CASE("bindings: who asks for them has them without what crashes") {
  nh::Environment node = test::NewEnvironmentWithBindings();
  std::vector<std::string> calls = {
      "new (process.binding('stream_wrap').LibuvStreamWrap)().writeQueueSize"};
  if (test::NodeMajor() < 24) {  // later process.binding has neither
    calls.emplace_back("new (process.binding('http_parser').ConnectionsList)().idle()");
    calls.emplace_back(
        "const { SecureContext } = process.binding('crypto'); new SecureContext().setOptions(1)");
    calls.emplace_back("process.binding('crypto').setFipsCrypto(1)");
    calls.emplace_back("process.binding('crypto').privateDecrypt({})");
  }
  for (const std::string& call : calls) {
    CAPTURE(call);
    CHECK(Try(node, call) == "ERR_ACCESS_DENIED");
  }
  CHECK(Try(node, "return process.binding('stream_wrap') === process.binding('stream_wrap')") ==
        "true");
  if (test::NodeMajor() < 24) {
    CHECK(Try(node, "return process.binding('crypto') === process.binding('crypto')") == "true");
  }
  CHECK(Try(node, "return require('crypto').createHash('md5').update('').digest('hex')") ==
        "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("bindings: two connects of one pipe do not hold up the end") {
  nh::Environment node = NewEnvironment();
  CHECK(Try(node,
            "const socket = new (require('net').Socket)();"
            "const error = require('events').once(socket, 'error');"
            "socket.connect('/nowhere/a'); socket.connect('/nowhere/b');"
            "return (await error)[0].code") == "EALREADY");
  // One after the other, a socket connects as often as is wanted.
  CHECK(Try(node,
            "const socket = new (require('net').Socket)(); const { once } = require('events');"
            "const codes = [];"
            "for (const path of ['/nowhere/a', '/nowhere/b']) {"
            "  socket.connect(path); codes.push((await once(socket, 'error'))[0].code);"
            "}"
            "return String(codes)") == "ENOENT,ENOENT");
  CHECK(node.Stop().ended);
  CHECK(Try(*std::make_unique<nh::Environment>(NewEnvironment()), "return 'made'") == "made");
}
