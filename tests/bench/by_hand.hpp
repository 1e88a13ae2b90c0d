// The benches of calls that are written by hand, shared by the rows over V8 and over Node-API.
#pragma once

#include <string>
#include <vector>

#include "bench.hpp"

namespace bench {

/// The rows of `who`, whose `Calls(js)` makes each of the calls by hand.
template <class Calls>
void RegisterByHand(const std::string& who) {
  OnJsThread("cpp_to_js/number/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    double total = 0.5;
    for (auto _ : state) total = calls.Add(total, kStep);
    benchmark::DoNotOptimize(total);
  });
  OnJsThread("cpp_to_js/string/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    for (auto _ : state) benchmark::DoNotOptimize(calls.EchoText(kAscii));
  });
  OnJsThread("cpp_to_js/string_utf8/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    for (auto _ : state) benchmark::DoNotOptimize(calls.EchoText(kUtf8));
  });
  OnJsThread("cpp_to_js/struct/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    const Record record = MakeRecord();
    for (auto _ : state) benchmark::DoNotOptimize(calls.Echo(record));
  });
  OnJsThread("cpp_to_js/array/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    const std::vector<double> numbers = MakeArray();
    for (auto _ : state) benchmark::DoNotOptimize(calls.Sum(numbers));
  });
  OnJsThread("value/get/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    for (auto _ : state) benchmark::DoNotOptimize(calls.GetValue());
  });
  OnJsThread("value/call_method/" + who, [](nh::Js& js, benchmark::State& state) {
    const Calls calls(js);
    for (auto _ : state) benchmark::DoNotOptimize(calls.CallPlus(0.5, 1.25));
  });
}

}  // namespace bench
