// File rights of one environment: each known way to a file outside is first seen to work in an
// environment without limits, and then not in one that has them.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/attempt.hpp"
#include "support/lacks.hpp"

using test::InWorker;
using test::Try;
namespace fs = std::filesystem;

namespace {

void Write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

// Two folders: "inside", which tests allow, with links to "outside", which holds a secret.
class Tree {
 public:
  Tree() { Make(); }
  ~Tree() { fs::remove_all(root_); }

  void Make() const {
    fs::remove_all(root_);
    fs::create_directories(root_ / "inside/sub");
    fs::create_directories(outside() / "sub");
    Write(inside() / "own.txt", "own");
    Write(inside() / "own.mjs", "export default 'own'");
    Write(inside() / "own.cjs", "module.exports = 'own'");
    Write(outside() / "secret.txt", "secret");
    Write(outside() / "secret.js", "module.exports = 'secret'");
    Write(outside() / "secret.mjs", "export default 'secret'");
    Write(outside() / "secret.json", R"({"text":"secret"})");
    Write(outside() / "secret.env", "SECRET=secret");
    Write(outside() / "package.json", R"({"main":"secret.js","name":"secret"})");
    fs::create_symlink("../outside/secret.txt", inside() / "link");
    fs::create_symlink("../outside", inside() / "folder");
    fs::create_symlink("../outside/new.txt", inside() / "dangling");
  }

  fs::path inside() const { return root_ / "inside"; }
  fs::path outside() const { return root_ / "outside"; }

  // JavaScript that defines the names the snippets below use.
  std::string Names() const {
    return "const inside = '" + inside().string() + "', outside = '" + outside().string() +
           "', secret = outside + '/secret.txt', fs = require('fs');"
           "const raw = process.binding('fs');";
  }

  // Names, modes, times, links and contents of all that is outside: a change gives another text.
  std::string Picture() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(outside())) {
      std::ostringstream about;
      about << static_cast<int>(entry.symlink_status().permissions()) << ' '
            << entry.last_write_time().time_since_epoch().count() << ' ' << entry.hard_link_count();
      if (entry.is_regular_file()) about << std::ifstream(entry.path()).rdbuf();
      files[entry.path().string()] = about.str();
    }
    std::string all;
    for (const auto& [name, about] : files) all += name + ' ' + about + '\n';
    return all;
  }

 private:
  const fs::path root_ =
      fs::canonical(fs::temp_directory_path()) / ("nodehost-files-" + std::to_string(getpid()));
};

nh::Environment Free(const Tree& tree) {
  return test::Platform().CreateEnvironment(
      {.base_dir = tree.inside().string(), .process_binding = true});
}

nh::Environment Bound(const Tree& tree, nh::Rights rights = {}) {
  rights.native_addons = rights.child_processes = false;
  if (!rights.read_files) rights.read_files = {{tree.inside()}};
  if (!rights.write_files) rights.write_files = {{tree.inside()}};
  return test::Platform().CreateEnvironment(
      {.base_dir = tree.inside().string(), .process_binding = true, .rights = std::move(rights)});
}

// Each returns text with "secret" in it if it gets there.
const char* const kWaysToRead[] = {
    "return fs.readFileSync(secret, 'utf8')",
    "return fs.readFileSync(secret).toString()",
    "return fs.readFileSync(Buffer.from(secret), 'utf8')",
    "return fs.readFileSync(require('url').pathToFileURL(secret), 'utf8')",
    "return fs.readFileSync(inside + '/../outside/secret.txt', 'utf8')",
    "return fs.readFileSync(inside + '/sub/../../outside/secret.txt', 'utf8')",
    "return fs.readFileSync(inside + '/link', 'utf8')",
    "return fs.readFileSync(inside + '/folder/secret.txt', 'utf8')",
    "return fs.readFileSync(require('path').relative(process.cwd(), secret), 'utf8')",
    "return await new Promise((done, fail) => fs.readFile(secret, 'utf8',"
    " (e, text) => e ? fail(e) : done(text)))",
    "return await fs.promises.readFile(secret, 'utf8')",
    "return (await (await fs.promises.open(secret)).readFile('utf8'))",
    "return await (await fs.openAsBlob(secret)).text()",
    "return await (await (await import('fs')).openAsBlob(secret)).text()",
    "let all = ''; for await (const c of fs.createReadStream(secret)) all += c; return all",
    "const b = Buffer.alloc(9); const fd = fs.openSync(secret); fs.readSync(fd, b); "
    "fs.closeSync(fd);"
    " return b.toString()",
    "return fs.readdirSync(outside).join()",
    "return (await fs.promises.readdir(outside)).join()",
    "return fs.readdirSync(inside, { recursive: true }).filter((n) => "
    "/folder.secret/.test(n)).join()"
    " || fs.readdirSync(inside + '/folder').join()",
    "const d = fs.opendirSync(outside); let all = ''; let e; while ((e = d.readSync())) all += "
    "e.name;"
    " d.closeSync(); return all",
    "let all = ''; for await (const e of await fs.promises.opendir(outside)) all += e.name;"
    " return all",
    "fs.copyFileSync(secret, inside + '/copy'); return fs.readFileSync(inside + '/copy', 'utf8')",
    "await fs.promises.copyFile(secret, inside + '/copy');"
    " return fs.readFileSync(inside + '/copy', 'utf8')",
    "fs.cpSync(outside, inside + '/tree', { recursive: true });"
    " return fs.readFileSync(inside + '/tree/secret.txt', 'utf8')",
    "fs.cpSync(inside + '/folder/', inside + '/tree', { recursive: true, dereference: true });"
    " return fs.readFileSync(inside + '/tree/secret.txt', 'utf8')",
    "fs.mkdirSync(inside + '/a'); fs.symlinkSync('../folder', inside + '/a/link');"
    "fs.cpSync(inside + '/a', inside + '/b', { recursive: true, dereference: true });"
    " return fs.readFileSync(inside + '/b/link/secret.txt', 'utf8')",
    "await fs.promises.cp(outside, inside + '/tree', { recursive: true });"
    " return fs.readFileSync(inside + '/tree/secret.txt', 'utf8')",
    "fs.linkSync(secret, inside + '/hard'); return fs.readFileSync(inside + '/hard', 'utf8')",
    "fs.renameSync(secret, inside + '/moved'); return fs.readFileSync(inside + '/moved', 'utf8')",
    "fs.symlinkSync(secret, inside + '/soft'); return fs.readFileSync(inside + '/soft', 'utf8')",
    "return await new Promise((done) => { const w = fs.watch(outside, (k, name) => { w.close();"
    " done(name); }); setTimeout(() => fs.writeFileSync(inside + '/folder/secret.new', 'x'), 50); "
    "})",
    "return fs.existsSync(secret) ? 'secret is there' : 'nothing'",
    "return fs.statSync(secret).size === 6 ? 'secret is there' : 'nothing'",
    "return fs.realpathSync.native(inside + '/link')",
    "let n = 0; return await new Promise((done) => { fs.watchFile(secret, { interval: 5 }, (now) "
    "=> {"
    " fs.unwatchFile(secret); clearInterval(timer); done('secret ' + now.size); });"
    " const timer = setInterval(() => fs.utimesSync(secret, 1, ++n), 20); })",
    "process.loadEnvFile(outside + '/secret.env'); return process.env.SECRET",
    "return raw.readFileUtf8(secret, 0)",
    "const fd = raw.open(secret, 0, 0o666); const b = Buffer.alloc(9);"
    " raw.read(fd, b, 0, 9, -1); raw.close(fd); return b.toString()",
    "return require(outside)",
    "return require(secret.replace('txt', 'js'))",
    "return require(outside + '/secret.json').text",
    "return require(inside + '/folder/secret.js')",
    "return (await import(outside + '/secret.mjs')).default",
    "return (await import(outside + '/secret.json', { with: { type: 'json' } })).default.text",
    "return (await import('../outside/secret.mjs')).default",
    "return require('module')._load(outside + '/secret.js')",
    "fs.mkdirSync(inside + '/node_modules/p', { recursive: true });"
    "fs.writeFileSync(inside + '/node_modules/p/package.json',"
    " '{\"main\":\"../../../outside/secret.js\"}'); return (await import('p')).default",
    "const m = new (require('module'))('x'); m.load(outside + '/secret.js'); return m.exports",
    "require('module')._extensions['.js'](module = { _compile(t) { this.t = t; } },"
    " outside + '/secret.js'); return module.t",
    "return require('module').createRequire(outside + '/x.js')('./secret.js')",
    // Another path than that of a package.json tells nothing of what is outside.
    "return /package.json$/.test(require('module').findPackageJSON('..', outside + '/sub/x.js')) ?"
    " 'secret' : ''",
    "const vm = require('vm'); return (await new vm.Script(`import('${outside}/secret.mjs')`,"
    " { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })"
    ".runInThisContext()).default",
    "return require('vm').runInNewContext(`f.constructor('return process')()`, { f: () => {} })"
    ".getBuiltinModule('fs').readFileSync(secret, 'utf8')",
    "const { DatabaseSync } = require('node:sqlite');"
    "new DatabaseSync(inside + '/folder/secret.db').exec('create table t (x)');"
    " return new DatabaseSync(inside + '/folder/secret.db').prepare('select \\'secret\\' "
    "x').get().x",
    "const { DatabaseSync } = require('node:sqlite'); const d = new DatabaseSync(':memory:');"
    "d.exec(`attach '${outside}/secret.db2' as other`); return 'secret attached'",
    "const { WASI } = require('wasi'); new WASI({ version: 'preview1',"
    " preopens: { '/': outside } }); return 'secret opened'",
    "fs.symlinkSync('../sub', inside + '/sub/s'); fs.renameSync(inside + '/sub/s', inside + '/s');"
    "fs.rmSync(inside + '/s'); fs.symlinkSync('../../outside/secret.txt', inside + '/sub/t');"
    " return fs.readFileSync(inside + '/sub/t', 'utf8')",
    // A path that changes between the check and the use.
    "const bytes = new Uint8Array(new SharedArrayBuffer(secret.length)); const path ="
    " Buffer.from(bytes.buffer); path.write(secret); return fs.readFileSync(path, 'utf8')",
    "const path = Buffer.from(inside + '/own.txt'.padEnd(30, '/')); let n = 0;"
    " Object.defineProperty(path, 'toString', { value: () => inside + '/own.txt' });"
    " path.fill(0); path.write(secret); return raw.readFileUtf8(path.subarray(0, secret.length), "
    "0)",
    // Replaces built-in functions that the check could call.
    "const real = Array.prototype[Symbol.iterator]; const { apply } = Reflect;"
    "const { startsWith } = String.prototype; const call = Function.prototype.call;"
    "try { Array.prototype[Symbol.iterator] = function*() { yield inside + '/own.txt'; };"
    "String.prototype.startsWith = () => true; Reflect.apply = (f, t, a) => apply(f, t, a);"
    "Function.prototype.call = function(t, ...a) { return apply(this, t, a); };"
    "Object.prototype.index = 5; Object.prototype.access = 4; Object.prototype.follow = false;"
    "Object.prototype.readFiles = true; return raw.readFileUtf8(secret, 0); } finally {"
    "Array.prototype[Symbol.iterator] = real; String.prototype.startsWith = startsWith;"
    "Reflect.apply = apply; Function.prototype.call = call; for (const n of ['index', 'access',"
    " 'follow', 'readFiles']) delete Object.prototype[n]; }",
    "const path = require('path'); const { dirname, resolve, toNamespacedPath } = path;"
    "try { path.dirname = path.resolve = path.toNamespacedPath = () => inside;"
    " return fs.readFileSync(secret, 'utf8'); } finally {"
    " Object.assign(path, { dirname, resolve, toNamespacedPath }); }",
};

// Each changes something outside if it gets there.
const char* const kWaysToWrite[] = {
    "fs.writeFileSync(outside + '/new', 'x')",
    "fs.writeFileSync(secret, 'x')",
    "fs.writeFileSync(Buffer.from(outside + '/new'), 'x')",
    "fs.writeFileSync(inside + '/link', 'x')",
    "fs.writeFileSync(inside + '/dangling', 'x')",
    "fs.writeFileSync(inside + '/folder/new', 'x')",
    "fs.appendFileSync(secret, 'x')",
    "await fs.promises.writeFile(outside + '/new', 'x')",
    "await fs.promises.appendFile(secret, 'x')",
    "await new Promise((done, fail) => fs.writeFile(outside + '/new', 'x',"
    " (e) => e ? fail(e) : done()))",
    "await new Promise((done, fail) => fs.createWriteStream(outside + '/new').on('error', fail)"
    ".end('x', done))",
    "fs.closeSync(fs.openSync(outside + '/new', 'w'))",
    "fs.closeSync(fs.openSync(outside + '/new', fs.constants.O_RDONLY | fs.constants.O_CREAT))",
    "fs.closeSync(fs.openSync(secret, fs.constants.O_RDONLY | fs.constants.O_TRUNC))",
    "fs.truncateSync(secret, 1)",
    "fs.mkdirSync(outside + '/new')",
    "fs.mkdirSync(inside + '/new/../../outside/new', { recursive: true })",
    "fs.mkdirSync(inside + '/folder/a/b', { recursive: true })",
    "fs.mkdtempSync(outside + '/new')",
    "fs.mkdtempSync(inside + '/folder/')",
    "fs.rmSync(secret)",
    "fs.rmSync(outside + '/sub', { recursive: true })",
    "await fs.promises.rm(inside + '/folder/sub', { recursive: true })",
    "fs.rmdirSync(outside + '/sub')",
    "fs.unlinkSync(secret)",
    "fs.renameSync(secret, outside + '/other')",
    "fs.renameSync(inside + '/own.txt', outside + '/new')",
    "fs.renameSync(secret, inside + '/taken')",
    "fs.copyFileSync(inside + '/own.txt', outside + '/new')",
    "fs.cpSync(inside + '/own.txt', outside + '/new')",
    "fs.cpSync(inside + '/own.txt', secret)",
    "fs.cpSync(inside + '/sub', outside + '/new', { recursive: true })",
    "await fs.promises.cp(inside + '/sub', outside + '/new', { recursive: true })",
    "fs.linkSync(inside + '/own.txt', outside + '/new')",
    "fs.linkSync(secret, inside + '/hard')",
    "fs.symlinkSync(inside + '/own.txt', outside + '/new')",
    "fs.symlinkSync(outside, inside + '/mine'); fs.writeFileSync(inside + '/mine/new', 'x')",
    "fs.mkdirSync(inside + '/a/b', { recursive: true });"
    "fs.symlinkSync('../../outside', inside + '/a/b/l'); fs.renameSync(inside + '/a/b/l',"
    " inside + '/a/l'); fs.writeFileSync(inside + '/a/l/new', 'x')",
    "fs.mkdirSync(inside + '/outside'); fs.mkdirSync(inside + '/a');"
    "fs.symlinkSync('../outside', inside + '/a/l'); fs.renameSync(inside + '/a/l', inside + '/l');"
    "fs.writeFileSync(inside + '/l/new', 'x')",
    "fs.chmodSync(secret, 0o600)",
    "fs.chmodSync(inside + '/link', 0o600)",
    "fs.fchmodSync(fs.openSync(secret), 0o600)",
    "await (await fs.promises.open(secret)).chmod(0o600)",
    "fs.utimesSync(secret, 1, 1)",
    "fs.futimesSync(fs.openSync(secret), 1, 1)",
    "await (await fs.promises.open(secret)).utimes(1, 1)",
    "fs.lutimesSync(secret, 1, 1)",
    "raw.writeFileUtf8(outside + '/new', 'x', 0o1101, 0o644)",
    "raw.mkdir(outside + '/new', 0o755, false)",
    "raw.rename(secret, inside + '/taken')",
    "require('v8').writeHeapSnapshot(outside + '/new')",
    "(await import('v8')).writeHeapSnapshot(outside + '/new')",
    "(await import('module')).enableCompileCache(outside + '/cache2')",
    "process.report.writeReport(inside + '/folder/new')",
    "process.report.directory = outside; process.report.writeReport('new')",
    "new (require('node:sqlite').DatabaseSync)(outside + '/new')",
    "await new Promise((done, fail) => require('net').createServer().on('error', fail)"
    ".listen(outside + '/socket', done))",
};

// Attempts on the folder `outside` by code in a Worker, and by the options of a Worker.
std::vector<std::string> WaysOfWorkers() {
  return {
      InWorker("require('fs').writeFileSync('${outside}/new', 'x')"),
      InWorker("process.binding('fs').mkdir('${outside}/new', 0o755, false)"),
      InWorker("new (require('worker_threads').Worker)(\\`require('fs').writeFileSync("
               "'${outside}/new', 'x')\\`, { eval: true })"),
      InWorker("const { internalBinding } = require('internal/test/binding');"
               "internalBinding('fs').mkdir('${outside}/new', 0o755, false)",
               "execArgv: ['--expose-internals']"),
      InWorker("1", "execArgv: ['--cpu-prof', '--cpu-prof-dir=' + outside]"),
      InWorker("1", "execArgv: ['--heap-prof', '--heap-prof-dir=' + outside]"),
      InWorker("1", "env: { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=' + outside }"),
      "process.execArgv.push('--cpu-prof', '--cpu-prof-dir=' + outside);" + InWorker("1"),
      "require('module').register(`data:text/javascript,import fs from 'fs';"
      "fs.writeFileSync('${outside}/new', 'x')`)",
  };
}

}  // namespace

TEST_CASE("files: nothing outside is read, by whatever way") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  nh::Environment free_one = Free(tree);
  for (const std::string way : kWaysToRead) {
    CAPTURE(way);
    tree.Make();
    CHECK(Try(free_one, tree.Names() + way).find("secret") != std::string::npos);
    tree.Make();
    nh::Environment bound = Bound(tree);
    const std::string outcome = Try(bound, tree.Names() + way);
    CAPTURE(outcome);
    CHECK(outcome.find("secret") == std::string::npos);
  }
}

TEST_CASE("files: nothing outside is changed, by whatever way") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  nh::Environment free_one = Free(tree);
  nh::Environment bound = Bound(tree);
  const auto changes = [&](nh::Environment& node, const std::string& way) {
    tree.Make();
    const std::string before = tree.Picture();
    Try(node, tree.Names() + way);
    return tree.Picture() != before;
  };
  std::vector<std::string> ways(std::begin(kWaysToWrite), std::end(kWaysToWrite));
  for (std::string& way : WaysOfWorkers()) ways.push_back(std::move(way));
  for (const std::string& way : ways) {
    CAPTURE(way);
    CHECK(changes(free_one, way));
    CHECK_FALSE(changes(bound, way));
  }
}

TEST_CASE("files: inside, all is as ever") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  const auto make = [&](const char* name, const char* text) {
    fs::create_directories((tree.inside() / name).parent_path());
    Write(tree.inside() / name, text);
  };
  make("node_modules/esm/package.json", R"({"type":"module","exports":"./index.js"})");
  make("node_modules/esm/index.js", "export default 'esm'");
  make("node_modules/cjs/package.json", R"({"main":"lib"})");
  make("node_modules/cjs/lib/index.js", "module.exports = 'cjs'");
  nh::Environment node = Bound(tree);
  const std::pair<std::string, std::string> ways[] = {
      {"return fs.readFileSync(inside + '/own.txt', 'utf8')", "own"},
      {"fs.writeFileSync(inside + '/new', 'x'); return await fs.promises.readFile(inside + '/new')",
       "x"},
      {"return require('./own.cjs')", "own"},
      {"return require('cjs')", "cjs"},
      {"return require('esm').default", "esm"},
      {"return (await import('./own.mjs')).default", "own"},
      {"return (await import('esm')).default", "esm"},
      {"return (await import('cjs')).default", "cjs"},
      {"return fs.realpathSync(inside + '/own.txt') === inside + '/own.txt'", "true"},
      {"return (await fs.promises.realpath(inside)) === inside", "true"},
      {"fs.mkdirSync(inside + '/d/e/f', { recursive: true });"
       "fs.renameSync(inside + '/d/e', inside + '/d/g');"
       "fs.cpSync(inside + '/d', inside + '/c', { recursive: true });"
       "return fs.readdirSync(inside + '/c').sort()",
       "g"},
      {"const t = fs.mkdtempSync(inside + '/tmp-'); fs.rmSync(t, { recursive: true });"
       "return fs.existsSync(t) + ' ' + fs.existsSync(inside)",
       "false true"},
      {"fs.unlinkSync(inside + '/link'); fs.unlinkSync(inside + '/folder'); return fs.lstatSync("
       "inside + '/dangling').isSymbolicLink()",
       "true"},
      {"return await new Promise((done, fail) => fs.stat(inside + '/own.txt', { bigint: true },"
       " (e, s) => e ? fail(e) : done(s.size)))",
       "3"},
      {"const [a, b] = await Promise.all([fs.promises.stat(inside + '/own.txt'),"
       " fs.promises.lstat(inside)]); return a.isFile() + ' ' + b.isDirectory()",
       "true true"},
      {"return await fs.promises.stat(inside + '/none').catch((e) => e.code + e.path)",
       "ENOENT" + (tree.inside() / "none").string()},
      {"return await new Promise((done) => fs.readFile(inside + '/none', (e) => done(e.message)))",
       "ENOENT: no such file or directory, open '" + (tree.inside() / "none").string() + "'"},
      {"return await fs.promises.open(inside + '/none').catch((e) => e.message)",
       "ENOENT: no such file or directory, open '" + (tree.inside() / "none").string() + "'"},
      {"try { fs.readFileSync(inside + '/none/x', 'utf8') } catch (e) { return e.message }",
       "ENOENT: no such file or directory, open '" + (tree.inside() / "none/x").string() + "'"},
      {"await fs.promises.appendFile(inside + '/log', 'a'); fs.appendFileSync(inside + '/log', "
       "'b');"
       "await new Promise((done) => fs.appendFile(inside + '/log', 'c', done));"
       " return fs.readFileSync(inside + '/log', 'utf8')",
       "abc"},
      {"const d = await fs.promises.mkdtemp(inside + '/p-'); await fs.promises.mkdir(d + '/e');"
       "await fs.promises.rename(d + '/e', d + '/f'); const names = await fs.promises.readdir(d);"
       "await fs.promises.rm(d, { recursive: true }); return names + ' ' + fs.existsSync(d)",
       "f false"},
      {"let all = ''; for await (const c of fs.createReadStream(inside + '/own.txt')) all += c;"
       " return all",
       "own"},
      {"let n = 0; for await (const e of await fs.promises.opendir(inside)) n++; return n > 3",
       "true"},
      {"const { WASI } = require('wasi'); return typeof new WASI({ version: 'preview1' })"
       ".wasiImport.fd_write",
       "function"},
  };
  for (const auto& way : ways) {
    const std::string code = way.first;
    CAPTURE(code);
    CHECK(Try(node, tree.Names() + code) == way.second);
  }
  CHECK(Try(node, tree.Names() + InWorker("require('worker_threads').parentPort.postMessage("
                                          "require('${inside}/own.cjs'))")) == "own");
  CHECK(node.Run([](nh::Js& js) { return js.Import("./own.cjs").As<std::string>(); }) == "own");
}

TEST_CASE("files: what could get another meaning before it is used is refused") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  nh::Environment free_one = Free(tree);
  nh::Environment bound = Bound(tree);
  for (const std::string& way : std::vector<std::string>{
           "fs.symlinkSync('own.txt', inside + '/l')",
           "await fs.promises.symlink('own.txt', inside + '/l')",
           "await new Promise((done, fail) => fs.symlink('own.txt', inside + '/l',"
           " (e) => e ? fail(e) : done()))",
           "fs.linkSync(inside + '/own.txt', inside + '/h')",
           "fs.renameSync(inside + '/link', inside + '/moved')",
           "await fs.promises.rename(inside + '/folder', inside + '/moved')",
           "await new Promise((done, fail) => fs.rename(inside + '/link', inside + '/moved',"
           " (e) => e ? fail(e) : done()))",
           "await fs.openAsBlob(inside + '/own.txt')",
           "fs.watchFile(inside + '/own.txt', () => {}); fs.unwatchFile(inside + '/own.txt')",
           InWorker("require('fs').symlinkSync('own.txt', '${inside}/l');"
                    "require('worker_threads').parentPort.postMessage('undefined')"),
       }) {
    CAPTURE(way);
    tree.Make();
    CHECK(Try(free_one, tree.Names() + way) == "undefined");
    tree.Make();
    CHECK(Try(bound, tree.Names() + way) == "ERR_ACCESS_DENIED");
  }
  CHECK(Try(bound, tree.Names() +
                       "await new Promise((done, fail) => require('net')"
                       ".createServer().on('error', fail).listen(inside + '/s', done))") ==
        "EACCES");
}

TEST_CASE("files: a file that is exchanged for a link after the call is the one that was checked") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  nh::Environment bound = Bound(tree);
  // Pool threads are busy, so that what is asked for later would be done late.
  for (const char* const read :
       {"fs.promises.readFile(inside + '/d/secret.txt', 'utf8')",
        "new Promise((done) => fs.readFile(inside + '/d/secret.txt', 'utf8', (e, t) => done(t)))",
        "fs.promises.stat(inside + '/d/secret.txt').then((s) => s.size === 6 ? 'secret' : '')"}) {
    CAPTURE(read);
    tree.Make();
    fs::create_directories(tree.inside() / "d");
    fs::create_directories(tree.inside() / "e");
    Write(tree.inside() / "d/secret.txt", "harmless");
    fs::create_symlink("../../outside/secret.txt", tree.inside() / "e/secret.txt");
    const std::string outcome =
        Try(bound, tree.Names() +
                       "const { pbkdf2 } = require('crypto'); for (let i = 0; i < 8; i++)"
                       " pbkdf2('a', 'b', 2e5, 8, 'sha1', () => {}); const text = " +
                       read +
                       "; fs.renameSync(inside + '/d', inside + '/f');"
                       "fs.renameSync(inside + '/e', inside + '/d'); return await text");
    CAPTURE(outcome);
    CHECK(outcome.find("secret") == std::string::npos);
  }
}

TEST_CASE("files: a name that has become too long to look at is refused") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  // Short links whose targets add up to more than the system takes.
  const std::string part(200, 'x');
  std::string deep = tree.inside().string();
  for (int i = 0; i < 10; ++i) deep += "/" + part;
  fs::create_directories(deep);
  fs::create_directory_symlink(deep, tree.inside() / "a");
  const fs::path here = fs::current_path();
  fs::current_path(deep);
  for (int i = 0; i < 12; ++i) {
    fs::create_directory(part);
    fs::current_path(part);
  }
  fs::create_symlink(tree.outside(), "out");
  fs::current_path(here);
  nh::Environment bound = Bound(tree);
  fs::create_directory_symlink("a/" + part + "/" + part + "/" + part + "/" + part,
                               tree.inside() / "b");
  fs::current_path(deep + "/" + part + "/" + part + "/" + part + "/" + part);
  std::string rest = part;
  for (int i = 1; i < 8; ++i) rest += "/" + part;
  fs::create_directory_symlink(rest, "c");
  fs::current_path(here);
  CHECK(Try(bound, tree.Names() + "return fs.readFileSync(inside + '/b/c/out/secret.txt', 'utf8')")
            .find("secret") == std::string::npos);
}

TEST_CASE("files: what is refused says why, and node's callbacks and promises get it") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  nh::Environment node = Bound(tree);
  const std::string secret = (tree.outside() / "secret.txt").string();
  const std::string sentence = "This environment may not read \"" + secret +
                               "\": Rights::read_files allows only \"" + tree.inside().string() +
                               "\"";
  const nh::JsError error = test::ErrorOf([&] {
    node.Run([&](nh::Js& js) { js.Eval("require('fs').readFileSync('" + secret + "')"); });
  });
  CHECK(error.code() == "ERR_ACCESS_DENIED");
  CHECK(error.message() == sentence);
  CHECK(Try(node, tree.Names() +
                      "return await new Promise((done) => { let late = false;"
                      "fs.open(secret, (e) => done(late + ' ' + e.message)); late = true; })") ==
        "true " + sentence);
  CHECK(
      Try(node, tree.Names() + "return (await fs.promises.open(secret).catch((e) => e)).message") ==
      sentence);
  CHECK(Try(node, "new (require('node:sqlite').DatabaseSync)()") == "ERR_ACCESS_DENIED");
  CHECK(Try(node, "process.binding('fs').open(); return 'opened'") == "ERR_INVALID_ARG_TYPE");
  CHECK(Try(node, "process.binding('fs').stat({}); return 'seen'") == "ERR_INVALID_ARG_TYPE");
}

TEST_CASE("files: reading and writing may have different folders, or none") {
  if (test::LacksFileRights()) return;
  const Tree tree;
  nh::Environment reader = Bound(tree, {.write_files = {{tree.inside() / "sub"}}});
  CHECK(Try(reader, tree.Names() + "return fs.readFileSync(inside + '/own.txt', 'utf8')") == "own");
  CHECK(Try(reader, tree.Names() + "fs.writeFileSync(inside + '/own.txt', 'x')") ==
        "ERR_ACCESS_DENIED");
  CHECK(Try(reader, tree.Names() + "fs.linkSync(inside + '/own.txt', inside + '/sub/own')") ==
        "ERR_ACCESS_DENIED");
  CHECK(Try(reader, tree.Names() + "fs.writeFileSync(inside + '/sub/new', 'x'); return 'done'") ==
        "done");
  nh::Environment blind =
      test::Platform().CreateEnvironment({.base_dir = tree.inside().string(),
                                          .process_binding = true,
                                          .rights = {.native_addons = false,
                                                     .child_processes = false,
                                                     .read_files = std::vector<std::string>{}}});
  CHECK(Try(blind, "return 6 * 7") == "42");
  CHECK(Try(blind, "require('./own.cjs')") == "MODULE_NOT_FOUND");
  CHECK(Try(blind, tree.Names() + "fs.readFileSync(inside + '/own.txt')") == "ERR_ACCESS_DENIED");
  CHECK(Try(blind, tree.Names() + "fs.writeFileSync(inside + '/own.txt', 'x'); return 'done'") ==
        "done");
}
