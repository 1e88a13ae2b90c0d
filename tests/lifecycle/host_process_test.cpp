// The host process is the host's: what scripts do to descriptors, priorities, terminals and
// children stays theirs, and Node's own exit() ends one environment.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "support/attempt.hpp"
#include "support/host.hpp"
#include "support/lacks.hpp"
#include "support/leaks.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

namespace {

bool Works(nh::Environment& node) {
  return node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42;
}

std::size_t OpenDescriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

// A function of libuv's, which the tests are not linked with.
template <class F>
F* Libuv(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

TEST_CASE("host: Node's exit() ends the environment that made it") {
  if (test::Lacks(test::NodeMajor() >= 24, "async_wrap in process.binding, which the test calls")) {
    return;
  }
  test::ExpectLeaks();
  nh::Environment other = NewEnvironment();
  for (const bool in_worker : {false, true}) {
    CAPTURE(in_worker);
    nh::Environment node = test::NewEnvironmentWithBindings();
    const std::string code =
        "const { AsyncResource } = require('async_hooks'); const r = new AsyncResource('x');"
        "const f = () => r.runInAsyncScope(f); try { f() } catch {}"
        "const b = process.binding('async_wrap');"
        "b.pushAsyncContext(1, 1); b.popAsyncContext(42)";
    try {
      node.Run([&](nh::Js& js) {
        js.Global().Set("code", code);
        js.Eval(in_worker ? "new (require('worker_threads').Worker)(code, { eval: true }); 0"
                          : "(0, eval)(`{${code}}`)");
      });
    } catch (const nh::EnvironmentStopped& stopped) {
      CHECK(stopped.reason() == nh::EndReason::kFatalError);
    }
    node.WaitForExit();
    CHECK(node.Stop().reason == nh::EndReason::kFatalError);
    CHECK(Works(other));
  }
}

TEST_CASE("host: fs.close of every number leaves the loops of all environments") {
  nh::Environment other = NewEnvironment();
  nh::Environment node = NewEnvironment();
  CHECK(test::Try(other,
                  "globalThis.watcher = require('fs').watch('.');"
                  "globalThis.server = require('net').createServer((s) => s.end('here'));"
                  "await new Promise((done) => server.listen(0, done))") == "undefined");
  node.Run([](nh::Js& js) {
    js.Eval(
        "const fs = require('fs');"
        "for (let fd = 3; fd < 200; fd++) { try { fs.closeSync(fd) } catch {} }"
        "globalThis.left = 197;"
        "for (let fd = 3; fd < 200; fd++) fs.close(fd, () => { left-- })");
  });
  // A close that is still under way could take a number that is given out anew.
  while (node.Run([](nh::Js& js) { return js.Eval("left").As<int>(); }) > 0) {
    std::this_thread::sleep_for(5ms);
  }
  CHECK(Works(other));
  CHECK(Works(node));
  CHECK(test::Try(other,
                  "let all = ''; for await (const part of require('net').connect("
                  "  server.address().port, '127.0.0.1'))"
                  "  all += part; server.close(); watcher.close(); return all") == "here");
  other.Run([](nh::Js& js) {
    js.Eval("globalThis.child = require('child_process').spawnSync('true').status");
  });
  CHECK(other.Run([](nh::Js& js) { return js.Eval("child").As<int>(); }) == 0);
  CHECK(node.Stop().ended);
  CHECK(other.Stop().ended);
}

TEST_CASE("host: numbers that a script has closed are others' by the time it ends") {
  nh::Environment other = NewEnvironment();
  {
    nh::Environment node = NewEnvironment();
    CHECK(
        test::Try(node,
                  "const fs = require('fs'); fs.watch('.');"
                  "await new Promise((done) => require('net').createServer().listen(0, done));"
                  "await new Promise((done) => setImmediate(setImmediate, done));"  // it is polled
                  "for (let fd = 3; fd < 200; fd++) { try { fs.closeSync(fd) } catch {} }"
                  // The host's own loop, for the children of all environments, takes the numbers.
                  "return require('child_process').spawnSync('true').status") == "0");
  }
  CHECK(test::Try(other, "return require('child_process').spawnSync('true').status") == "0");
}

TEST_CASE("host: an environment's end leaves a socket that has a number which its script closed") {
  nh::Environment other = NewEnvironment();
  CHECK(test::Try(other,
                  "globalThis.net = require('net'); const s = net.createServer();"
                  "await new Promise((done) => s.listen(0, done)); s.close()") == "undefined");
  {
    nh::Environment node = NewEnvironment();
    const std::string number =
        test::Try(node,
                  "globalThis.s = require('net').createServer();"
                  "await new Promise((done) => s.listen(0, done)); const { fd } = s._handle;"
                  "await new Promise((done) => setImmediate(setImmediate, done));"  // it is polled
                  "require('fs').closeSync(fd); return fd");
    CHECK(test::Try(other,
                    "let fd; do { globalThis.s = net.createServer((c) => c.end('here'));"
                    "  await new Promise((done) => s.listen(0, done)); ({ fd } = s._handle);"
                    "} while (fd < " +
                        number + "); return fd") == number);
  }
  CHECK(test::Try(other,
                  "let all = ''; for await (const part of net.connect("
                  "  s.address().port, '127.0.0.1'))"
                  "  all += part; s.close(); return all") == "here");
}

TEST_CASE("host: what C++ has of libuv's on one thread ends on another") {
  const auto loop_init = Libuv<decltype(uv_loop_init)>("uv_loop_init");
  const auto tcp_init = Libuv<decltype(uv_tcp_init)>("uv_tcp_init");
  const auto bind = Libuv<decltype(uv_tcp_bind)>("uv_tcp_bind");
  const auto close = Libuv<decltype(uv_close)>("uv_close");
  const auto run = Libuv<decltype(uv_run)>("uv_run");
  const auto loop_close = Libuv<decltype(uv_loop_close)>("uv_loop_close");
  nh::Environment node = NewEnvironment();
  struct Server {
    uv_loop_t loop;
    uv_tcp_t socket;
  } server;
  const auto open = [&] {
    CHECK(loop_init(&server.loop) == 0);
    CHECK(tcp_init(&server.loop, &server.socket) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    CHECK(bind(&server.socket, reinterpret_cast<sockaddr*>(&address), 0) == 0);
  };
  const auto end = [&] {
    close(reinterpret_cast<uv_handle_t*>(&server.socket), nullptr);
    run(&server.loop, UV_RUN_DEFAULT);
    CHECK(loop_close(&server.loop) == 0);
  };
  const std::size_t before = OpenDescriptors();
  open();
  std::thread(end).join();
  CHECK(OpenDescriptors() == before);
  std::thread(open).join();
  end();
  CHECK(OpenDescriptors() == before);
  node.Run([&](nh::Js&) { open(); });
  std::thread(end).join();
  CHECK(OpenDescriptors() == before);
  open();
  // Scripts do not get at it, at once or later.
  CHECK(test::Try(node,
                  "const fs = require('fs'); let left = 197;"
                  "for (let fd = 3; fd < 200; fd++) { try { fs.closeSync(fd) } catch {} }"
                  "await new Promise((done) => { for (let fd = 3; fd < 200; fd++)"
                  "  fs.close(fd, () => { if (--left === 0) done() }) })") == "undefined");
  int size = sizeof(sockaddr_in);
  sockaddr_in address{};
  CHECK(Libuv<decltype(uv_tcp_getsockname)>("uv_tcp_getsockname")(
            &server.socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  end();
}

TEST_CASE("host: a number that C++ has closed is its next file's") {
  nh::Environment other = NewEnvironment();
  nh::Environment node = NewEnvironment();
  const std::string begin = "const fs = require('fs'); fs.readFileSync('/dev/null');";
  CHECK(test::Try(node, begin) == "undefined");
  const std::string number =
      test::Try(other,
                "globalThis.s = require('dgram').createSocket('udp4');"
                "await new Promise((done) => s.bind(0, done)); return s._handle.fd");
  close(std::stoi(number));
  CHECK(test::Try(node, begin +
                            "const all = []; do all.push(fs.openSync('/dev/null'));"
                            "while (all.at(-1) < " +
                            number +
                            ");"
                            "all.forEach(fs.closeSync); return all.at(-1)") == number);
}

TEST_CASE("host: descriptors are closed with the environment: loops, Workers', and scripts' own") {
  const auto live = [] {
    nh::Environment node = NewEnvironment();
    node.Run([](nh::Js& js) {
      js.Eval(
          "const fs = require('fs'); for (let i = 0; i < 20; i++) fs.openSync('/dev/null');"
          "require('child_process').spawnSync('true');"
          "globalThis.done = new Promise((r) => new (require('worker_threads').Worker)("
          "  '', { eval: true }).on('exit', r))");
    });
    static_cast<void>(node.Stop(2s));
  };
  live();
  const std::size_t before = OpenDescriptors();
  for (int i = 0; i < 3; ++i) live();
  CHECK(OpenDescriptors() <= before);
}

TEST_CASE("host: os.setPriority is refused") {
  nh::Environment node = NewEnvironment();
  const int before = getpriority(PRIO_PROCESS, 0);
  const std::string code = node.Run([](nh::Js& js) {
    return js
        .Eval(
            "const os = require('os');"
            "try { os.setPriority(Math.min(os.getPriority() + 1, 19)); 'changed' }"
            "catch (e) { e.info?.code ?? e.code }")
        .As<std::string>();
  });
  CHECK(code == "EPERM");
  CHECK(getpriority(PRIO_PROCESS, 0) == before);
}

TEST_CASE("host: SHARE_ENV by the class that an instance leads to is a copy as well") {
  setenv("NODEHOST_TEST_SHARED", "host's", 1);
  nh::Environment node = NewEnvironment();
  const int status = node.Run([](nh::Js& js) {
    return js
        .Eval(
            "const { Worker, SHARE_ENV } = require('worker_threads');"
            "const Real = Worker.prototype.constructor;"
            "new Real('process.env.NODEHOST_TEST_SHARED = \"script\\'s\"', { eval: true, env: "
            "SHARE_ENV });"
            "Real === Worker ? 1 : 0")
        .As<int>();
  });
  CHECK(status == 1);
  std::this_thread::sleep_for(300ms);
  CHECK(getenv("NODEHOST_TEST_SHARED") == std::string("host's"));
}

TEST_CASE("host: the children of a stopped environment do not stay zombies") {
  nh::Environment node = NewEnvironment();
  const int pid = node.Run([](nh::Js& js) {
    return js.Eval("require('child_process').spawn('sleep', ['0.3'], { stdio: 'ignore' }).pid")
        .As<int>();
  });
  CHECK(node.Stop(10ms).ended);
  const std::string entry = "/proc/" + std::to_string(pid);
  for (int i = 0; i < 100 && access(entry.c_str(), F_OK) == 0; ++i)
    std::this_thread::sleep_for(50ms);
  CHECK(access(entry.c_str(), F_OK) != 0);
}

TEST_CASE("host: a terminal that input and output share is not left raw") {
  int host_end = -1;
  int terminal = -1;
  REQUIRE(openpty(&host_end, &terminal, nullptr, nullptr, nullptr) == 0);
  const int saved_in = dup(0);
  const int saved_out = dup(1);
  test::Platform();
  dup2(terminal, 0);
  dup2(terminal, 1);
  termios before{};
  tcgetattr(terminal, &before);
  {
    nh::Environment node = NewEnvironment();
    node.Run([](nh::Js& js) {
      js.Eval(
          "const tty = require('tty');"
          "process.stdin.setRawMode(true); globalThis.out = new tty.WriteStream(1)");
    });
    termios raw{};
    tcgetattr(terminal, &raw);
    CHECK(raw.c_lflag != before.c_lflag);
    node.Stop(50ms);
  }
  termios after{};
  tcgetattr(terminal, &after);
  dup2(saved_in, 0);
  dup2(saved_out, 1);
  CHECK(after.c_lflag == before.c_lflag);
  CHECK(after.c_iflag == before.c_iflag);
  CHECK(after.c_oflag == before.c_oflag);
}

TEST_CASE("host: a path of hundreds of megabytes under file rights is an error") {
  if (test::LacksFileRights()) return;
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules,
       .rights = {.native_addons = false,
                  .child_processes = false,
                  .read_files = std::vector<std::string>{test::kModules}}});
  for (const char* const path : {"'x'.repeat(3e8)", "Buffer.alloc(6e8, 120)"}) {
    const std::string code = node.Run([&](nh::Js& js) {
      return js
          .Eval("try { require('fs').readFileSync(" + std::string(path) +
                "); 'read' } catch (e) { e.code }")
          .As<std::string>();
    });
    CHECK((code == "ENAMETOOLONG" || code == "ERR_STRING_TOO_LONG"));
  }
  CHECK(Works(node));
}

TEST_CASE("host: the name of an engine of OpenSSL's that no stack takes is an error") {
  nh::Environment node = NewEnvironment();
  const std::string begin =
      "const { setEngine } = require('crypto'); const tls = require('tls');"
      "const p = 'x'.repeat(2 ** 24); const all = []; for (const f of [() => setEngine(p),"
      " () => tls.createSecureContext({ clientCertEngine: p }), () => tls.createSecureContext("
      "  { privateKeyEngine: p, privateKeyIdentifier: 'x' }), () => tls.createSecureContext("
      "  { privateKeyEngine: 'x', privateKeyIdentifier: p })])"
      " try { f(); all.push('done') } catch (e) { all.push(e.code) }";
  const std::string kinds = "[...new Set(all)].join()";
  CHECK(test::Try(node, begin + "return " + kinds) == "ERR_CRYPTO_ENGINE_UNKNOWN");
  CHECK(test::Try(node, test::InWorker(begin + "require('worker_threads').parentPort.postMessage(" +
                                       kinds + ")")) == "ERR_CRYPTO_ENGINE_UNKNOWN");
  CHECK(test::Try(node, "require('crypto').setEngine('no such')") == "ERR_CRYPTO_ENGINE_UNKNOWN");
  CHECK(Works(node));
}

TEST_CASE("host: paths too long for the text of an error are errors without it") {
  nh::Environment node = NewEnvironment();
  const std::string longest = "const fs = require('fs'); const p = 'x'.repeat(2 ** 29 - 24); ";
  CHECK(test::Try(node, longest + "fs.statSync(p)") == "ENAMETOOLONG");
  CHECK(test::Try(node, longest + "fs.renameSync(p, p)") == "ENAMETOOLONG");
  CHECK(test::Try(node, longest + "require('v8').writeHeapSnapshot(p)") == "ENAMETOOLONG");
  CHECK(test::Try(node, longest + "process.dlopen({ exports: {} }, p)") == "ERR_DLOPEN_FAILED");

  const std::string each =
      "const fs = require('fs'), v8 = require('v8'); const p = 'x'.repeat(2 ** 21);"
      "const all = [];"
      "const seen = (e) => all.push(e.code + ' ' + (e.message.length < 100));"
      "for (const f of [() => fs.readFileSync(p, 'utf8'), () => fs.openSync(p),"
      " () => fs.mkdtempSync(p), () => fs.renameSync('/nothing', p), () => fs.linkSync(p, p),"
      " () => fs.symlinkSync(p, p), () => fs.copyFileSync(p, p),"
      " () => fs.accessSync(Buffer.alloc(2 ** 21, 'x')), () => v8.writeHeapSnapshot(p),"
      " () => fs.opendirSync(p), () => "
      "process.dlopen({ exports: {} }, p)])"
      "  try { f(); all.push('done') } catch (e) { seen(e) }"
      "await new Promise((done) => fs.stat(p, (e) => { seen(e); done() }));"
      "for (const f of [fs.readFile, fs.opendir, (p, done) => fs.writeFile(p, '', done)])"
      " await new Promise((done) => f(p, (e) => { seen(e); done() }));"
      "await fs.promises.open(p).catch(seen); await fs.promises.opendir(p).catch(seen);";
  const std::string expected = "ENAMETOOLONG true,ERR_DLOPEN_FAILED true";
  const std::string kinds = "[...new Set(all)].join()";
  CHECK(test::Try(node, each + "return " + kinds) == expected);
  CHECK(test::Try(node, test::InWorker("(async () => {" + each +
                                       "require('worker_threads').parentPort.postMessage(" + kinds +
                                       ") })()")) == expected);
  CHECK(Works(node));
}
