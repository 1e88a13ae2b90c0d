// Files that are watched, and files that are not.
#include <doctest/doctest.h>

#include <string>

#include "models.hpp"

using namespace test;

#define MODELS InProcess, ChildProcess

namespace {

template <class Model>
nh::NodeServicesOptions Watching(const test::TemporaryFolder& project) {
  auto options = Options<Model>();
  options.project_dir = project.path();
  options.watched_extensions = {".js"};
  return options;
}

}  // namespace

TEST_CASE_TEMPLATE("a file that changes in mid-call leaves the call where it is", Model, MODELS) {
  const test::TemporaryFolder project;
  project.Write("slow.js", R"(
    const fs = require('fs');
    module.exports = (callback, started, go) => {
      fs.writeFileSync(started, '');
      const timer = setInterval(() => {
        if (!fs.existsSync(go)) return;
        clearInterval(timer);
        callback(null, 'old');
      }, 10);
    };
  )");
  const std::string started = project.path() + "/started";
  const std::string go = project.path() + "/go";
  nh::NodeServices services(Platform(), Watching<Model>(project));
  const auto call = [&] { return services.InvokeAsync<std::string>("./slow", started, go); };
  const auto under_way = call();
  REQUIRE(Eventually([&] { return std::filesystem::exists(started); }));
  project.Write("slow.js", "module.exports = () => 'new';");
  // Until the change is seen, the calls are the old function's, and wait as the first does.
  CHECK(Eventually([&] {
    try {
      return services.With({.timeout = 200ms})
                 .template InvokeAsync<std::string>("./slow", started, go)
                 .Get() == "new";
    } catch (const nh::DeadlineExceeded&) {
      return false;
    }
  }));
  CHECK_FALSE(under_way.done());
  project.Write("go", "");
  CHECK(under_way.Get(20s) == "old");
}

TEST_CASE_TEMPLATE("a change below node_modules, or of another extension, restarts nothing", Model,
                   MODELS) {
  const test::TemporaryFolder project;
  project.Write("count.js", "let calls = 0; module.exports = () => ++calls;");
  project.Write("node_modules/dep/index.js", "module.exports = 1;");
  nh::NodeServices services(Platform(), Watching<Model>(project));
  const auto count = [&] { return services.InvokeAsync<int>("./count").Get(20s); };
  CHECK(count() == 1);
  project.Write("node_modules/dep/index.js", "module.exports = 2;");
  project.Write("node_modules/new/index.js", "module.exports = 3;");
  project.Write("notes.txt", "not watched");
  std::this_thread::sleep_for(700ms);  // a change is acted upon after 100 ms
  CHECK(count() == 2);
  project.Write("other.js", "");
  CHECK(Eventually([&] { return count() == 1; }));
}
