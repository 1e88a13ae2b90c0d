// Trace events of a library's environments.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "nodehost/nodehost.hpp"
#include "support/temporary_folder.hpp"

namespace nh = nodehost;

TEST_CASE("trace events are in their file when the platform is gone") {
  const test::TemporaryFolder folder;
  const std::string file = folder.File("trace.json");
  {
    nh::NodejsPlatform platform(
        {.v8_threads = 2, .trace_categories = {"node.bootstrap", "v8"}, .trace_file = file});
    nh::Environment node = platform.CreateEnvironment();
    const auto options = node.Run(
        [](nh::Js& js) { return js.Eval("process.execArgv").As<std::vector<std::string>>(); });
    CHECK(options.empty());
  }
  std::ifstream stream(file);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  CHECK(text.starts_with("{\"traceEvents\":["));
  CHECK(text.ends_with("]}"));
  CHECK(text.find("\"bootstrapComplete\"") != std::string::npos);
}
