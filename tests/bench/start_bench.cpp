// What it costs to start: a process, an environment beside a Worker and a bare embedder, a large
// package; and the memory that one more environment takes.
#include <node.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "bench.hpp"
#include "nodehost/v8.hpp"
#include "peer.hpp"

namespace bench {

namespace {

constexpr int kEnvironments = 8;

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Both in a process of their own each time: what has ended leaves memory behind, which the next
// would be given.
void MemoryOfEnvironment(benchmark::State& state) {
  for (auto _ : state) {
    Peer peer(std::vector<std::string>{"/proc/self/exe", kTellMemory});
    state.counters["bytes"] = std::stod(peer.Receive());
  }
}

void MemoryOfWorker(benchmark::State& state) {
  for (auto _ : state) {
    Peer peer("memory");
    state.counters["bytes"] = std::stod(peer.Ask(""));
  }
}

void StartWorker(benchmark::State& state) {
  static Peer peer("worker");
  for (auto _ : state) state.SetIterationTime(std::stod(peer.Ask("")));
}

// What a program does that embeds Node.js by hand, without a snapshot.
void StartPlain(benchmark::State& state) {
  auto* const platform = Node().Run(
      [](nh::Js& js) { return node::GetMultiIsolatePlatform(nh::RawV8(js).environment()); });
  for (auto _ : state) {
    std::vector<std::string> errors;
    const std::vector<std::string> args = {"node"};
    auto setup = node::CommonEnvironmentSetup::Create(platform, &errors, args, args,
                                                      node::EnvironmentFlags::kNoFlags);
    {
      const v8::Locker locker(setup->isolate());
      const v8::Isolate::Scope isolate_scope(setup->isolate());
      const v8::HandleScope handle_scope(setup->isolate());
      const v8::Context::Scope context_scope(setup->context());
      static_cast<void>(node::LoadEnvironment(setup->env(), "0"));
    }
    state.PauseTiming();
    node::Stop(setup->env());
    setup.reset();
    state.ResumeTiming();
  }
}

void AddProcess(const char* name, std::vector<std::string> command) {
  benchmark::RegisterBenchmark(name,
                               [command = std::move(command)](benchmark::State& state) {
                                 for (auto _ : state) state.SetIterationTime(CpuTimeOf(command));
                               })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
}

}  // namespace

void TellMemoryOfEnvironments() {
  const double before = ResidentBytes();
  std::vector<nh::Environment> environments;
  for (int i = 0; i < kEnvironments; ++i) environments.push_back(Platform().CreateEnvironment());
  const std::string bytes = std::to_string((ResidentBytes() - before) / kEnvironments);
  std::printf("%zu\n%s", bytes.size(), bytes.c_str());
  std::fflush(stdout);
}

void RegisterStarts() {
  const std::string import = "require('" NODEHOST_BENCH_TYPESCRIPT "/node_modules/typescript')";
  const auto once = [](const char* name, void (*body)(benchmark::State&)) {
    return benchmark::RegisterBenchmark(name, body)->Unit(benchmark::kMillisecond)->Iterations(1);
  };
  AddProcess("start/process/nodehost", {NODEHOST_BENCH_COMMAND, "-e", "0"});
  AddProcess("start/import/nodehost", {NODEHOST_BENCH_COMMAND, "-e", import});
  once("memory/environment/nodehost", MemoryOfEnvironment);
  // V8 takes no isolate without a snapshot beside others from one.
  if (Platform().snapshot().empty()) once("start/environment/plain", StartPlain)->UseRealTime();
  if (OfficialNode().empty()) return;
  AddProcess("start/process/node", {OfficialNode(), "-e", "0"});
  AddProcess("start/import/node", {OfficialNode(), "-e", import});
  once("start/environment/worker", StartWorker)->UseManualTime();
  once("memory/environment/worker", MemoryOfWorker);
}

}  // namespace bench
