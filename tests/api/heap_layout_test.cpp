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

TEST_CASE("a leaf finds what is behind its object without a call into the library") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    using nh::detail::ClassInfo;
    const nh::RawV8 raw(js);
    int of_class = 0;
    int object = 0;
    const auto* const info = reinterpret_cast<const ClassInfo*>(&of_class);  // compared only
    // As a ClassHolder has it, but with no holder, which the library would find none by.
    struct {
      nh::detail::HeldObject held;
      void* holder = nullptr;
    } behind{{info, &object}};
    for (int fields = 1; fields <= 3; ++fields) {
      const auto made = v8::ObjectTemplate::New(raw.isolate());
      made->SetInternalFieldCount(fields);
      const v8::Local<v8::Object> receiver = made->NewInstance(raw.context()).ToLocalChecked();
      auto* const mark = const_cast<char*>(&nh::detail::kClassMark);
      nh::detail::SetInternalPointer(receiver, 0, mark);
      if (fields > 1) nh::detail::SetInternalPointer(receiver, 1, &behind);
      if (fields > 2) nh::detail::SetInternalPointer(receiver, 2, &behind);
      void* const found = nh::detail::LeafObject(*receiver, info);
      CHECK(found == (fields == 2 ? &object : nullptr));
      CHECK(nh::detail::LeafObject(*receiver, nullptr) == nullptr);
    }
    v8::Local<v8::Value> number = v8::Integer::New(raw.isolate(), 5);
    CHECK(nh::detail::LeafObject(*number, info) == nullptr);
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
