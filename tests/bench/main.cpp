// Runs the benches and prints the table of ratios; --benchmark_out=FILE writes the JSON.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bench.hpp"
#include "ratios.hpp"

namespace bench {

namespace {

std::optional<nh::NodejsPlatform> platform;
std::optional<nh::Environment> environment;
std::map<std::string, nh::Environment> environments_of_jobs;

nh::Environment NewEnvironment(const std::string& name) {
  return platform->CreateEnvironment({.base_dir = NODEHOST_BENCH_DIR, .name = name});
}

void RunBenches(bool to_file) {
  RegisterTyped();
  RegisterV8();
  RegisterNodeApi();
  RegisterHops();
  RegisterStarts();
  RegisterChoices();
  RegisterStreams();
  RegisterTasks();
  RegisterExport();
  RegisterV8Callbacks();
  RegisterNodeApiCallbacks();
  Ratios ratios;
  Json json;
  benchmark::RunSpecifiedBenchmarks(&ratios, to_file ? &json : nullptr);
}

}  // namespace

nh::NodejsPlatform& Platform() { return *platform; }

nh::Environment& Node() { return *environment; }

nh::Environment& NodeFor(const std::string& job) {
  const auto found = environments_of_jobs.find(job);
  if (found != environments_of_jobs.end()) return found->second;
  return environments_of_jobs.emplace(job, NewEnvironment(job)).first->second;
}

}  // namespace bench

int main(int argc, char** argv) {
  // Google Benchmark takes a reporter of files for a mistake if there is no file.
  const bool to_file = std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--benchmark_out=");
  });
  const bool tells_memory = argc == 2 && std::string_view(argv[1]) == bench::kTellMemory;
  if (!tells_memory) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  }
  bench::SetVariablesOfPackages();
  bench::platform.emplace();
  bench::environment.emplace(bench::NewEnvironment("bench"));
  if (tells_memory) {
    bench::TellMemoryOfEnvironments();
  } else {
    bench::RunBenches(to_file);
  }
  bench::environments_of_jobs.clear();
  bench::environment.reset();
  bench::platform.reset();
}
