// The calls from JavaScript to C++ that are measured, by the loops of loops.js.
#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "bench.hpp"

namespace bench {

inline constexpr std::int32_t kCallsAtOnce = 1000;

inline std::string LoopsText() {
  std::ifstream file(NODEHOST_BENCH_DIR "/loops.js");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The row js_to_cpp/`loop`/`who`, whose time is one turn of that loop with `make_api(js)`.
template <class MakeApi>
void JsLoop(const std::string& loop, const std::string& who, MakeApi make_api) {
  OnJsThread("js_to_cpp/" + loop + '/' + who,
             [loop, make_api](nh::Js& js, benchmark::State& state) {
               const nh::Value api = make_api(js);
               const nh::Value run = js.Eval(LoopsText())[loop];
               for (int i = 0; i < 20; ++i) run(api, kCallsAtOnce);  // V8 optimises it
               while (state.KeepRunningBatch(kCallsAtOnce)) run(api, kCallsAtOnce);
             });
}

/// The rows of `who`, who offers the functions by `make_api(js)`; `all` of them or numbers alone.
template <class MakeApi>
void RegisterLoops(const std::string& who, MakeApi make_api, bool all) {
  for (const char* const loop : {"number", "int_method"}) JsLoop(loop, who, make_api);
  if (!all) return;
  for (const char* const loop :
       {"string", "struct", "construct", "property", "callback_each", "callback_made"}) {
    JsLoop(loop, who, make_api);
  }
}

}  // namespace bench
