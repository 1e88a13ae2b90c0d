// What is read out of V8's heap in place is found there: where a probe fails, all is as slow as by
// V8's API, and no other test would tell.
#include "engine/heap_layout.hpp"

#include <doctest/doctest.h>
#include <nodehost/v8.hpp>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "support/host.hpp"

#if NODEHOST_READS_HEAP

namespace {

// Calls `check(heap, value)` with the value of a script.
template <class Check>
void WithValue(const char* script, Check check) {
  nh::Environment node = test::NewEnvironment();
  node.Run([&](nh::Js& js) {
    const nh::RawV8 raw(js);
    nh::detail::HeapLayout heap;
    heap.Probe(raw.isolate(), raw.context());
    check(heap, raw.Get(js.Eval(script)));
  });
}

}  // namespace

TEST_CASE("the values of this version of V8 are where HeapLayout believes them to be") {
  WithValue("0", [](const nh::detail::HeapLayout& heap, v8::Local<v8::Value>) {
    CHECK(heap.knows_all());
  });
}

TEST_CASE("an Array of fractions as a script makes it is read in place") {
  for (const char* const script : {"[1.5, 2.5]", "[1, 2.5].map((n) => n * 1)",
                                   "(() => { const a = new Array(2); a[0] = 1.5; a[1] = 2.5; "
                                   "return a; })()"}) {
    WithValue(script, [&](const nh::detail::HeapLayout& heap, v8::Local<v8::Value> value) {
      std::span<const double> numbers;
      INFO(script);
      CHECK(heap.ReadDoubles(value, numbers));
      CHECK(numbers.size() == 2);
    });
  }
}

TEST_CASE("an Array of texts and of whole numbers is read in place") {
  for (const char* const script : {"['one', 'two']", "[1, 2]", "'one two'.split(' ')"}) {
    WithValue(script, [&](const nh::detail::HeapLayout& heap, v8::Local<v8::Value> value) {
      std::span<const nh::detail::HeapLayout::Word> words;
      INFO(script);
      CHECK(heap.ReadElements(value, words));
      CHECK(std::ranges::all_of(words, [&](auto word) {
        std::string_view text;
        double number = 0;
        return heap.ReadText(word, text) || heap.ReadNumber(word, number);
      }));
    });
  }
}

#endif
