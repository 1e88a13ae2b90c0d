// Runs the benches and prints the table of ratios; --benchmark_out=FILE writes the JSON.
#include <algorithm>
#include <optional>
#include <string_view>

#include "bench.hpp"
#include "ratios.hpp"

namespace bench {

namespace {

std::optional<nh::NodejsPlatform> platform;
std::optional<nh::Environment> environment;

}  // namespace

nh::NodejsPlatform& Platform() { return *platform; }

nh::Environment& Node() { return *environment; }

}  // namespace bench

int main(int argc, char** argv) {
  // Google Benchmark takes a reporter of files for a mistake if there is no file.
  const bool to_file = std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--benchmark_out=");
  });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  bench::SetVariablesOfPackages();
  bench::platform.emplace();
  bench::environment.emplace(
      bench::platform->CreateEnvironment({.base_dir = NODEHOST_BENCH_DIR, .name = "bench"}));
  bench::RegisterTyped();
  bench::RegisterV8();
  bench::RegisterNodeApi();
  bench::RegisterHops();
  bench::RegisterStarts();
  bench::RegisterChoices();
  bench::RegisterStreams();
  bench::RegisterTasks();
  bench::RegisterExport();
  bench::RegisterV8Callbacks();
  bench::RegisterNodeApiCallbacks();
  bench::Ratios ratios;
  bench::Json json;
  benchmark::RunSpecifiedBenchmarks(&ratios, to_file ? &json : nullptr);
  bench::environment.reset();
  bench::platform.reset();
}
