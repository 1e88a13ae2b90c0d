// Worker processes that give up rights: what the kernel holds, also where JavaScript's own checks
// are passed by.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "models.hpp"
#include "nodehost/confinement.hpp"
#include "support/lacks.hpp"

using namespace test;

namespace {

nh::NodeServicesOptions Confined(const test::TemporaryFolder& project, nh::Rights rights,
                                 nh::ResourceLimits limits = {}) {
  nh::NodeServicesOptions options;
  options.project_dir = project.path();
  options.hosting = nh::ChildProcess(
      {.command = {NODEHOST_COMMAND}, .rights = std::move(rights), .limits = limits});
  options.watched_extensions = {};
  return options;
}

// Calls `body`, which returns an exit code, in a confined process.
template <class F>
int InConfinedProcess(const nh::Rights& rights, F body) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 125;
    try {
      if (!nh::Confine(rights).empty()) _exit(77);
      code = body();
    } catch (...) {
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool CanRead(const std::string& path) { return std::ifstream(path).peek() != EOF; }
bool CanWrite(const std::string& path) { return static_cast<bool>(std::ofstream(path) << "x"); }

}  // namespace

TEST_CASE("confined C++ code reads and writes where it may, and nowhere else") {
  const test::TemporaryFolder project;
  project.Write("inside.txt", "inside");
  const test::TemporaryFolder other;
  other.Write("outside.txt", "outside");
  const std::string inside = project.path() + "/inside.txt";
  const std::string outside = other.path() + "/outside.txt";
  nh::Rights rights;
  rights.read_files = {project.path()};
  rights.write_files = {project.path()};
  CHECK(InConfinedProcess(rights, [&] {
          if (!CanRead(inside) || CanRead(outside)) return 1;
          if (!CanWrite(project.path() + "/new.txt")) return 2;
          if (CanWrite(outside) || CanWrite(other.path() + "/new.txt")) return 3;
          const std::string link = project.path() + "/link";
          if (symlink(outside.c_str(), link.c_str()) == 0 && CanRead(link)) return 4;
          if (rename(outside.c_str(), inside.c_str()) == 0) return 5;
          return 0;
        }) == 0);
}

TEST_CASE("confined C++ code starts no process and reaches no network") {
  nh::Rights rights;
  rights.child_processes = false;
  rights.network = false;
  CHECK(InConfinedProcess(rights, [] {
          if (fork() != -1) return 1;
          if (execl("/bin/true", "true", nullptr) == 0) return 2;
          if (kill(getppid(), 0) == 0) return 3;
          if (kill(getpid(), 0) != 0) return 4;
          if (socket(AF_INET, SOCK_STREAM, 0) != -1 || socket(AF_UNIX, SOCK_STREAM, 0) != -1)
            return 5;
          int pair[2];
          if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 6;
          std::thread([] {}).join();
          return 0;
        }) == 0);
}

TEST_CASE("a confined worker serves calls, and its functions get no further than their rights") {
  if (test::LacksFileRights()) return;
  const test::TemporaryFolder project;
  project.Write("tries.js", R"(
    const refused = (action) => { try { action(); return 'done'; } catch (e) { return e.code; } };
    exports.reads = (path) => refused(() => require('fs').readFileSync(path));
    exports.writes = (path) => refused(() => require('fs').writeFileSync(path, 'x'));
    exports.raced = (path) => require('fs').promises.readFile(path).then(() => 'done', (e) => e.code);
    exports.spawns = () => refused(() => {
      const { error } = require('child_process').spawnSync('true');
      if (error) throw error;
    });
    exports.connects = (callback) => {
      try {
        require('net').connect(9, '127.0.0.1').on('error', (e) => callback(null, e.code));
      } catch (error) {
        callback(null, error.code);
      }
    };
    exports.variables = () => Object.keys(process.env);
    exports.works = () => 'works';
  )");
  const test::TemporaryFolder other;
  other.Write("secret.txt", "secret");
  nh::Rights rights;
  rights.native_addons = false;
  rights.child_processes = false;
  rights.network = false;
  rights.environment_variables = false;
  rights.read_files = {project.path()};
  rights.write_files = std::vector<std::string>();
  nh::NodeServices services(Platform(), Confined(project, rights));
  const auto tried = [&](const char* name, const auto&... arguments) {
    return services.InvokeExportAsync<std::string>("./tries", name, arguments...).Get(20s);
  };
  const std::string secret = other.path() + "/secret.txt";
  CHECK(tried("works") == "works");
  CHECK(tried("reads", project.path() + "/tries.js") == "done");
  for (const char* const name : {"reads", "writes", "raced"}) {
    CAPTURE(name);
    const std::string code = tried(name, secret);
    CHECK((code == "ERR_ACCESS_DENIED" || code == "EACCES"));
  }
  CHECK(tried("spawns") != "done");
  CHECK(tried("connects") == "EACCES");
  CHECK(services.InvokeExportAsync<std::vector<std::string>>("./tries", "variables").Get() ==
        std::vector<std::string>());
}

TEST_CASE("a worker that takes more than its limits ends, and another takes its place") {
  const test::TemporaryFolder project;
  project.Write("greedy.js", R"(
    exports.spins = () => { for (;;); };
    exports.works = () => 'works';
  )");
  nh::ResourceLimits limits;
  limits.cpu_seconds = 1;
  nh::NodeServices services(Platform(), Confined(project, {}, limits));
  FailureOf<nh::InstanceEnded>(services.InvokeExportAsync<int>("./greedy", "spins"));
  CHECK(services.InvokeExportAsync<std::string>("./greedy", "works").Get(20s) == "works");
}

TEST_CASE("a folder that does not exist is an error that says so") {
  nh::Rights rights;
  rights.read_files = {"/absent"};
  CHECK(InConfinedProcess(rights, [] { return 0; }) == 125);
}
