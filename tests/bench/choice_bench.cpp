// What a C++ program would use instead, for the same job by the same npm packages: node as a child,
// by pipes or by HTTP. `node` is the job inside node, with no way to it. Each row has an
// environment or a process for its job alone, and calls it before it measures, for V8 to learn what
// to compile.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "nodehost/environment_pool.hpp"
#include "peer.hpp"

namespace bench {

namespace {

struct Jobs {
  nh::Method<std::string(std::string)> small_call;
  nh::Method<std::string(std::string)> render;
  nh::Method<std::string(std::string)> compile;
};

using Job = nh::Method<std::string(std::string)> Jobs::*;

// A page of Markdown: the project's own.
std::string Page() {
  std::ifstream file(NODEHOST_BENCH_DIR "/README.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string TypeScriptSource() {
  std::string source;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "Shape" + std::to_string(i);
    source += "export interface " + name + "Options { readonly width: number; height?: number }\n" +
              "export class " + name + "<T extends object> {\n" +
              "  private items: Map<string, T> = new Map();\n" +
              "  constructor(public options: " + name + "Options) {}\n" +
              "  get area(): number { return this.options.width * (this.options.height ?? 1); }\n" +
              "  async add(key: string, item: T): Promise<this> {\n" +
              "    this.items.set(key, item); return this;\n  }\n}\n";
  }
  return source;
}

struct Choice {
  const char* name;
  Job job;
  std::string input;
  int iterations;
};

// As long as peer.mjs calls before it measures.
constexpr std::chrono::milliseconds kWarmUp{100};

template <class F>
void Measure(benchmark::State& state, F call) {
  const auto end = std::chrono::steady_clock::now() + kWarmUp;
  do {
    benchmark::DoNotOptimize(call());
  } while (std::chrono::steady_clock::now() < end);
  for (auto _ : state) benchmark::DoNotOptimize(call());
}

void InNodehost(benchmark::State& state, const Choice& choice) {
  const Jobs jobs = NodeFor(choice.name).Import<Jobs>("./jobs.cjs");
  Measure(state, [&] { return (jobs.*choice.job)(choice.input); });
}

void InRun(benchmark::State& state, const Choice& choice) {
  nh::Environment& node = NodeFor(choice.name);
  const Jobs jobs = node.Import<Jobs>("./jobs.cjs");
  node.Run([&](nh::Js&) { Measure(state, [&] { return (jobs.*choice.job)(choice.input); }); });
}

void InsideNode(benchmark::State& state, const Choice& choice) {
  static Peer small_call("inside", "small_call");
  static Peer render("inside", "render");
  static Peer compile("inside", "compile");
  Peer& peer = choice.job == &Jobs::small_call ? small_call
               : choice.job == &Jobs::render   ? render
                                               : compile;
  for (auto _ : state) state.SetIterationTime(std::stod(peer.Ask(choice.input)));
}

void RegisterChoice(const Choice& choice) {
  const std::string prefix = std::string("choice/") + choice.name + '/';
  const auto add = [&](const char* who, auto body) {
    return benchmark::RegisterBenchmark((prefix + who).c_str(), body)
        ->Unit(benchmark::kMicrosecond)
        ->Iterations(choice.iterations);
  };
  add("nodehost", [=](benchmark::State& state) { InNodehost(state, choice); })->UseRealTime();
  add("nodehost_in_run", [=](benchmark::State& state) { InRun(state, choice); })->UseRealTime();
  if (OfficialNode().empty()) return;
  add("node", [=](benchmark::State& state) { InsideNode(state, choice); })
      ->UseManualTime()
      ->Iterations(1);
  add("child_pipe", [choice,
                     peer = std::make_shared<std::unique_ptr<Peer>>()](benchmark::State& state) {
    if (!*peer) *peer = std::make_unique<Peer>("pipe", choice.name);
    Measure(state, [&] { return (*peer)->Ask(choice.input); });
  })->UseRealTime();
  add("child_http", [choice, peer = std::make_shared<std::unique_ptr<HttpPeer>>()](
                        benchmark::State& state) {
    if (!*peer) *peer = std::make_unique<HttpPeer>(choice.name);
    Measure(state, [&] { return (*peer)->Post(choice.input); });
  })->UseRealTime();
}

constexpr int kPages = 40;
constexpr std::size_t kWarmUps = 5;

// kPages pages, by a pool of `size` environments and as many threads that wait for them.
void RenderInPool(benchmark::State& state, std::size_t size) {
  nh::EnvironmentPool pool(Platform(),
                           {.size = size, .environment = {.base_dir = NODEHOST_BENCH_DIR}});
  const auto jobs = pool.Import<Jobs>("./jobs.cjs");
  const std::string page = Page();
  const auto render_all = [&] {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < size; ++i) {
      threads.emplace_back([&] {
        for (std::size_t k = 0; k < kPages / size; ++k) jobs->render(page);
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  for (std::size_t i = 0; i < size * kWarmUps; ++i) render_all();
  for (auto _ : state) render_all();
}

}  // namespace

void SetVariablesOfPackages() {
  setenv("NODEHOST_BENCH_MARKED", NODEHOST_BENCH_MARKED, 1);
  setenv("NODEHOST_BENCH_TYPESCRIPT", NODEHOST_BENCH_TYPESCRIPT, 1);
}

void RegisterChoices() {
  RegisterChoice({"small_call", &Jobs::small_call,
                  "# Hi\n\nSixty bytes of *Markdown*, with `code` and a [link](/).", 500});
  RegisterChoice({"render", &Jobs::render, Page(), 10});
  RegisterChoice({"compile", &Jobs::compile, TypeScriptSource(), 5});
  for (const std::size_t size : {1U, 2U, 4U}) {
    benchmark::RegisterBenchmark(("scale/pool/" + std::to_string(size)).c_str(),
                                 [size](benchmark::State& state) { RenderInPool(state, size); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(3);
  }
}

}  // namespace bench
