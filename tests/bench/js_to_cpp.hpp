// The calls from JavaScript to C++ that are measured, and the loops that make them.
#pragma once

#include <cstdint>
#include <string>

#include "bench.hpp"

namespace bench {

inline constexpr std::int32_t kCallsAtOnce = 1000;

/// A row whose time is one turn of `loop`, the text of `(api, turns) => …`. Each row compiles a
/// loop of its own, so that what V8 has learnt from one does not slow down another.
template <class MakeApi>
void JsLoop(const std::string& name, const std::string& loop, MakeApi make_api) {
  OnJsThread("js_to_cpp/" + name, [loop, make_api](nh::Js& js, benchmark::State& state) {
    const nh::Value api = make_api(js);
    const nh::Value run = js.Eval("(" + loop + ")");
    for (int i = 0; i < 20; ++i) run(api, kCallsAtOnce);  // V8 optimises it
    while (state.KeepRunningBatch(kCallsAtOnce)) run(api, kCallsAtOnce);
  });
}

/// The rows of `who`, who offers the functions by `make_api(js)`; `all` of them or numbers alone.
template <class MakeApi>
void RegisterLoops(const std::string& who, MakeApi make_api, bool all) {
  JsLoop("number/" + who,
         "({ add }, n) => { let total = 0.5; for (let i = 0; i < n; i++) total = add(total, 1.25);"
         " return total > 0; }",
         make_api);
  JsLoop("int_method/" + who,
         "({ Counter }, n) => { const counter = new Counter(0);"
         " for (let i = 0; i < n; i++) counter.increment(1); return true; }",
         make_api);
  if (!all) return;
  JsLoop("string/" + who,
         "({ length }, n) => { let total = 0; const text = 'twenty-nine characters of text';"
         " for (let i = 0; i < n; i++) total += length(text); return total > 0; }",
         make_api);
  JsLoop("struct/" + who,
         "({ weigh }, n) => { let total = 0; const record = { id: 42, weight: 1.5, valid: true,"
         " name: 'sixteen letters!', samples: [1.5, 2.5, 3.5, 4.5] };"
         " for (let i = 0; i < n; i++) total += weigh(record); return total > 0; }",
         make_api);
  JsLoop("construct/" + who,
         "({ Counter }, n) => { let last; for (let i = 0; i < n; i++) last = new Counter(1);"
         " return last !== null; }",
         make_api);
  JsLoop("property/" + who,
         "({ Counter }, n) => { const counter = new Counter(1); let total = 0;"
         " for (let i = 0; i < n; i++) total += counter.value; return total > 0; }",
         make_api);
  JsLoop("callback_each/" + who,  // the time of one callback
         "({ forEach }, n) => { let total = 0; forEach(n, (i) => { total += i; }); return total > "
         "0; }",
         make_api);
  JsLoop("callback_made/" + who,
         "({ makeCallback }, n) => { let total = 0; for (let i = 0; i < n; i++) total += "
         "makeCallback()(i);"
         " return total > 0; }",
         make_api);
}

}  // namespace bench
