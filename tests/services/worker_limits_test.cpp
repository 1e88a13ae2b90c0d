// ChildProcessOptions::limits, each of them.
#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "models.hpp"

using namespace test;

namespace {

struct Limited {
  explicit Limited(nh::ResourceLimits limits) {
    project.Write("greedy.js", R"(
      const fs = require('fs');
      exports.allocates = (mb) => {
        const all = [];
        for (let taken = 0; taken < mb; taken += 64) all.push(Buffer.alloc(64 << 20, 1));
        return all.length;
      };
      exports.writes = (name, size) => {
        fs.writeFileSync(name, Buffer.alloc(size));
        return fs.statSync(name).size;
      };
      exports.opens = (count) => {
        const all = [];
        try {
          while (all.length < count) all.push(fs.openSync('/dev/null'));
        } catch (error) {
          return `${error.code}`;
        } finally {
          for (const one of all) fs.closeSync(one);
        }
        return 'all';
      };
      exports.works = () => 'works';
    )");
    nh::NodeServicesOptions options;
    options.project_dir = project.path();
    options.watched_extensions = {};
    options.hosting = nh::ChildProcess({.command = {NODEHOST_COMMAND}, .limits = limits});
    options.on_output = [](std::string_view) {};  // V8 says at length what it lacks
    services.emplace(Platform(), std::move(options));
  }
  template <class T, class... A>
  nh::Task<T> Call(const char* name, const A&... arguments) {
    return services->InvokeExportAsync<T>("./greedy", name, arguments...);
  }

  test::TemporaryFolder project;
  std::optional<nh::NodeServices> services;
};

}  // namespace

#if !defined(__SANITIZE_ADDRESS__)  // whose own memory is far beyond any limit
TEST_CASE("memory_mb: a worker gets no more memory") {
  nh::ResourceLimits limits;
  limits.memory_mb = 1024;
  Limited limited(limits);
  CHECK(limited.Call<int>("allocates", 128).Get(20s) == 2);
  bool refused = false;
  try {
    limited.Call<int>("allocates", 2048).Get(20s);
  } catch (const nh::JsError& error) {
    refused = error.name() == "RangeError";
  } catch (const nh::InstanceEnded&) {
    refused = true;  // what V8 needed for itself
  }
  CHECK(refused);
  CHECK(limited.Call<std::string>("works").Get(20s) == "works");
}
#endif

TEST_CASE("file_size_mb: a worker writes no larger file") {
  nh::ResourceLimits limits;
  limits.file_size_mb = 1;
  Limited limited(limits);
  const std::string path = limited.project.path() + "/large.bin";
  CHECK(limited.Call<int>("writes", path, 1 << 20).Get(20s) == 1 << 20);
  CHECK(FailureOf<nh::JsError>(limited.Call<int>("writes", path, 2 << 20)).code() == "EFBIG");
  CHECK(std::filesystem::file_size(path) <= 1 << 20);
  CHECK(limited.Call<std::string>("works").Get(20s) == "works");
}

TEST_CASE("open_files: a worker opens no more") {
  nh::ResourceLimits limits;
  limits.open_files = 64;
  Limited limited(limits);
  CHECK(limited.Call<std::string>("opens", 10).Get(20s) == "all");
  CHECK(limited.Call<std::string>("opens", 64).Get(20s) == "EMFILE");
  CHECK(limited.Call<std::string>("works").Get(20s) == "works");
}
