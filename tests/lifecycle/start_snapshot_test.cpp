// The start-up snapshot: environments start from it, the same is so in them, and what does not fit
// is passed over. The whole suite runs without one under NODEHOST_NO_SNAPSHOT=1, a part of it
// always.
#include <doctest/doctest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"
#include "support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;

std::string Text(nh::Environment& node, const std::string& code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<std::string>(); });
}

// Starts from a file that does not fit; returns what the platform says about it.
std::vector<std::string> LinesAbout(const fs::path& path) {
  std::vector<std::string> lines;
  nh::NodejsPlatform platform({.snapshot = path.string(),
                               .on_log = [&](std::string_view line) { lines.emplace_back(line); }});
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  CHECK(Text(node, "String(6 * 7)") == "42");
  CHECK(platform.snapshot().empty());
  return lines;
}

constexpr const char* kState = R"js(
  JSON.stringify(['abort', 'chdir', 'cwd', 'umask', 'initgroups', 'setgroups', 'setegid', 'seteuid',
    'setgid', 'setuid'].map((name) => {
      let threw = '';
      try { process[name](name === 'umask' ? 0 : '/'); } catch (error) { threw = error.message; }
      return [name, Object.keys(process).includes(name), threw];
    }).concat(['trace_events', 'crypto'].map((name) => {
      try { return require(name).setFips(1); } catch (error) { return error.message; }
    }))))js";

}  // namespace

TEST_CASE("what a build starts from is the snapshot that it has made") {
  nh::NodejsPlatform platform;
  const bool off = std::getenv("NODEHOST_NO_SNAPSHOT") != nullptr;
  const fs::path made = NODEHOST_SNAPSHOT;
  if (off || made.empty()) {
    CHECK(platform.snapshot().empty());
  } else {
    REQUIRE(fs::exists(made));
    CHECK(fs::equivalent(platform.snapshot(), made));
  }
}

TEST_CASE("an environment from a snapshot may not change the state of the process either") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  const std::string here = Text(node, kState);
  CHECK(here.find("process.chdir() is not supported in workers") != std::string::npos);
  // A Worker, whose bootstrap is no snapshot's, is the model.
  node.Run([](nh::Js& js) {
    js.Eval(
        "const { Worker } = require('worker_threads');"
        "globalThis.worker = new Worker(`require('worker_threads').parentPort.postMessage(" +
        std::string(kState) +
        ")`, { eval: true });"
        "worker.on('message', (state) => { globalThis.inWorker = state; })");
  });
  std::string in_worker;
  for (int i = 0; i < 300 && in_worker.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    in_worker = Text(node, "globalThis.inWorker ?? ''");
  }
  CHECK(here == in_worker);
}

TEST_CASE("process: a script's title names neither the program nor the thread") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  const std::string names =
      "['/proc/self/cmdline', '/proc/self/comm', '/proc/thread-self/comm']"
      ".map((file) => require('fs').readFileSync(file, 'utf8')).join()";
  const std::string before = Text(node, names);
  CHECK(Text(node, "process.title") == "node");
  CHECK(Text(node, "process.title = 'mine'; process.title") == "node");
  CHECK(Text(node, names) == before);
  CHECK(Text(node, "Object.keys(process).includes('title').toString()") == "true");
  nh::Environment other = platform.CreateEnvironment({.base_dir = test::kModules});
  CHECK(Text(other, "process.title") == "node");
}

TEST_CASE("process.argv, env, cwd and the clock are the new process's, not the snapshot's") {
  setenv("NODEHOST_TEST_LATE", "late", 1);
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = test::kModules, .args = {"one", "two"}});
  CHECK(Text(node, "process.argv.slice(1).join()") == "one,two");
  CHECK(Text(node, "process.env.NODEHOST_TEST_LATE") == "late");
  CHECK(Text(node, "process.cwd()") == fs::current_path().string());
  CHECK(Text(node, "String(Date.now() - performance.timeOrigin < 60000)") == "true");
  CHECK(Text(node, "String(process.pid)") == std::to_string(getpid()));
}

TEST_CASE("each environment from a snapshot hashes in its own way") {
  nh::NodejsPlatform platform;
  const auto random = [&] {
    nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
    return Text(node, "String(Math.random()) + crypto.randomUUID()");
  };
  CHECK(random() != random());
}

TEST_CASE("what an environment may never need is not loaded when it starts") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  CHECK(Text(node,
             "const lazy = ['child_process', 'cluster', 'dgram', 'http', 'http2', 'https', 'net',"
             "  'readline', 'repl', 'tls', 'zlib', 'internal/child_process'];"
             "lazy.filter((name) => process.moduleLoadList.includes(`NativeModule "
             "${name}`)).join()") == "");
}

TEST_CASE("without the option environments start without a snapshot") {
  nh::NodejsPlatform platform({.start_from_snapshot = false});
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  CHECK(platform.snapshot().empty());
  CHECK(Text(node, "String(6 * 7)") == "42");
}

TEST_CASE("options of V8's and a snapshot go together") {
  std::vector<std::string> lines;
  nh::NodejsPlatform platform({.node_options = {"--expose-gc", "--max-old-space-size=300"},
                               .on_log = [&](std::string_view line) { lines.emplace_back(line); }});
  const bool off = std::getenv("NODEHOST_NO_SNAPSHOT") != nullptr;
  CHECK(platform.snapshot().empty() == (off || std::string(NODEHOST_SNAPSHOT).empty()));
  CHECK(lines.empty());
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  CHECK(Text(node, "typeof gc") == "function");
  // And the young generation, which may be larger from V8 13 on.
  const std::string most = test::NodeMajor() < 24 ? "400e6" : "650e6";
  CHECK(Text(node, "String(require('v8').getHeapStatistics().heap_size_limit < " + most + ")") ==
        "true");
}

namespace compiler {  // named, for the names of the tests

// Options of V8's by which it compiles otherwise, or as for another processor.
struct WithoutMachineCode {
  static std::vector<std::string> Options() { return {"--jitless"}; }
};
struct WithoutAvx {
  static std::vector<std::string> Options() {
    return {"--no-enable-avx", "--no-enable-avx2", "--no-enable-sse4-1"};
  }
};
struct CompiledAtOnce {
  static std::vector<std::string> Options() { return {"--no-lazy", "--always-sparkplug"}; }
};
struct WithoutInlineCaches {
  static std::vector<std::string> Options() { return {"--no-use-ic"}; }
};

}  // namespace compiler

TEST_CASE_TEMPLATE("a snapshot fits whatever options V8 compiles with", Compiler,
                   compiler::WithoutMachineCode, compiler::WithoutAvx, compiler::CompiledAtOnce,
                   compiler::WithoutInlineCaches) {
  const test::TemporaryFolder folder;
  const std::string entry = folder.Write("entry.js", R"js(
    globalThis.kept = { sum: (...all) => all.reduce((a, b) => a + b, 0), words: /\p{L}+/gu };
    for (let i = 0; i < 10000; ++i) kept.sum(i, 2, 3);)js");
  const std::string path = folder.File("app.blob");
  nh::WriteSnapshot({.output = path, .entry = entry});
  std::vector<std::string> lines;
  nh::NodejsPlatform platform({.node_options = Compiler::Options(),
                               .snapshot = path,
                               .on_log = [&](std::string_view line) { lines.emplace_back(line); }});
  CHECK(platform.snapshot() == path);
  CHECK(lines.empty());
  nh::Environment node = platform.CreateEnvironment({.base_dir = test::kModules});
  CHECK(Text(node, "String(kept.sum(1, 2, 3.5))") == "6.5");
  CHECK(Text(node, "'ab cd'.match(kept.words).join()") == "ab,cd");
  CHECK(Text(node, "require('node:path').join('a', '..', 'b')") == "b");
}

TEST_CASE("a snapshot that is not there is said in one line") {
  const auto lines = LinesAbout(test::TemporaryFolder().File("none.blob"));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("none.blob cannot be opened: No such file") != std::string::npos);
}

TEST_CASE("a file that is no snapshot is said in one line") {
  const test::TemporaryFolder folder;
  const auto lines = LinesAbout(folder.Write("other.blob", "not one"));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("is not one that this version of libnodehost reads") != std::string::npos);
}

TEST_CASE("a damaged snapshot is said in one line") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.File("damaged.blob");
  nh::WriteSnapshot({.output = path.string()});
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(path) / 2));
  file << "damage";
  file.close();
  const auto lines = LinesAbout(path);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("is damaged") != std::string::npos);
}

TEST_CASE("what an entry file has loaded is there in each environment") {
  const test::TemporaryFolder folder;
  folder.Write("node_modules/counted/index.js",
               "globalThis.loads = (globalThis.loads ?? 0) + 1;"
               "exports.loadedIn = process.pid; exports.double = (n) => 2 * n;");
  const std::string entry = folder.Write("entry.js", "require('counted');");
  const std::string path = folder.File("app.blob");
  nh::WriteSnapshot({.output = path, .entry = entry});
  nh::NodejsPlatform platform({.snapshot = path});
  CHECK(platform.snapshot() == path);
  for (int i = 0; i < 2; ++i) {
    nh::Environment node = platform.CreateEnvironment({.base_dir = folder.path()});
    CHECK(Text(node, "String(globalThis.loads)") == "1");
    const int from = node.Run([](nh::Js& js) {
      nh::Object counted = js.Import("counted").As<nh::Object>();
      CHECK(counted.Call("double", 21).As<int>() == 42);
      return counted["loadedIn"].As<int>();
    });
    CHECK(from != getpid());
    CHECK(Text(node, "String(globalThis.loads)") == "1");
  }
}

TEST_CASE("an entry file that throws is an error, and no file is left") {
  const test::TemporaryFolder folder;
  const std::string entry = folder.Write("entry.js", "throw new Error('no');");
  const std::string path = folder.File("app.blob");
  CHECK_THROWS_AS(nh::WriteSnapshot({.output = path, .entry = entry}), nh::PlatformError);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("an entry file that a snapshot cannot hold is an error") {
  const test::TemporaryFolder folder;
  const std::string entry = folder.Write("entry.mjs", "globalThis.here = 1;");
  const std::string path = folder.File("app.blob");
  CHECK_THROWS_AS(nh::WriteSnapshot({.output = path, .entry = entry}), nh::PlatformError);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("an entry that is no file, and a process that has Node.js, are errors at once") {
  try {
    nh::WriteSnapshot({.output = "unused.blob", .entry = "/no/such/entry.js"});
    FAIL("no error");
  } catch (const nh::PlatformError& error) {
    CHECK(std::string(error.what()) ==
          "SnapshotOptions::entry: \"/no/such/entry.js\" is not a file.");
  }
  nh::NodejsPlatform platform;
  CHECK_THROWS_AS(nh::WriteSnapshot({.output = "unused.blob"}), nh::PlatformError);
}
