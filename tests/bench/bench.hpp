// What all benches share: the environment, the data that travels, and how a bench gets on the JS
// thread. A bench is named what/case/who; `v8` is the row the others are measured against.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "nodehost/nodehost.hpp"
#include "record.hpp"

namespace nh = nodehost;

namespace bench {

inline Record MakeRecord() {
  return {.id = 42,
          .weight = 1.5,
          .valid = true,
          .name = "sixteen letters!",
          .samples = {1.5, 2.5, 3.5, 4.5}};
}

/// What cpp_to_js/number adds, over and over, to 0.5: one sum of four is an integer, which V8 keeps
/// in another form than fractions.
inline constexpr double kStep = 1.25;

inline const std::string kAscii = "thirty-two characters of ASCII..";
/// 32 characters, 25 of them beyond Latin-1: two bytes each in UTF-8 and in V8.
inline const std::string kUtf8 = "Θεοί και άνθρωποι στον ίδιο δρόμ";
inline constexpr std::size_t kArraySize = 1000;

inline std::vector<double> MakeArray() {
  std::vector<double> numbers(kArraySize);
  for (std::size_t i = 0; i < kArraySize; ++i) numbers[i] = static_cast<double>(i) + 0.5;
  return numbers;
}

nh::NodejsPlatform& Platform();

/// The environment of every bench but those of starting one.
nh::Environment& Node();

/// One that runs nothing but `job`, so that what V8 learns from other jobs does not slow it down.
nh::Environment& NodeFor(const std::string& job);

/// Tells jobs.cjs where the npm packages are; before anything runs it.
void SetVariablesOfPackages();

/// Registers `body(js, state)`, which runs on the JS thread.
template <class Body>
void OnJsThread(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), [body](benchmark::State& state) {
    Node().Run([&](nh::Js& js) { body(js, state); });
  });
}

/// The argument with which this program does nothing but the next.
inline constexpr const char* kTellMemory = "--tell-memory";

/// Prints how many bytes each of some environments takes, as a Peer says it.
void TellMemoryOfEnvironments();

/// In v8_tasks_bench.cpp: a function `benchTaskV8` that gives a promise, and a row of as many waits
/// for one.
void DefineV8Task(nh::Js& js);
void AwaitJsByV8(benchmark::State& state, int awaits);

void RegisterTyped();
void RegisterV8();
void RegisterNodeApi();
void RegisterHops();
void RegisterStarts();
void RegisterChoices();
void RegisterStreams();
void RegisterTasks();
void RegisterExport();
void RegisterV8Callbacks();
void RegisterNodeApiCallbacks();

}  // namespace bench
