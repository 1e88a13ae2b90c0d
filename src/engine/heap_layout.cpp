#include "heap_layout.hpp"

#if NODEHOST_READS_HEAP

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace nodehost::detail {

namespace {

// What stands where an array of doubles has no element: a NaN that no number is kept as.
constexpr std::uint64_t kHole = 0xfff7'ffff'fff7'ffff;

std::uint64_t BitsOf(double number) noexcept { return std::bit_cast<std::uint64_t>(number); }

v8::Local<v8::String> TextOf(v8::Isolate* isolate, std::string_view utf8) {
  return v8::String::NewFromUtf8(isolate, utf8.data(), v8::NewStringType::kNormal,
                                 static_cast<int>(utf8.size()))
      .ToLocalChecked();
}

// An Array as a script makes it: one that v8::Array::New makes keeps no doubles.
v8::Local<v8::Array> ArrayOf(v8::Isolate* isolate, v8::Local<v8::Context> context,
                             std::string_view json) {
  v8::Local<v8::Value> array;
  if (!v8::JSON::Parse(context, TextOf(isolate, json)).ToLocal(&array)) return {};
  return array.As<v8::Array>();
}

}  // namespace

void HeapLayout::Probe(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  const v8::HandleScope scope(isolate);
  const v8::Context::Scope entered(context);
  if (!ProbeNumbers(isolate)) {
    number_map_ = 0;
    return;
  }
  reads_text_ = true;
  reads_text_ = ProbeTexts(isolate);
  reads_arrays_ = true;
  reads_arrays_ = reads_text_ && ProbeArrays(isolate, context);
  if (!reads_fields.load(std::memory_order_relaxed)) reads_fields = ProbeFields(isolate, context);
  const v8::Local<v8::External> external = NewExternal(isolate, this);
  reads_externals_ = Field<void*>(WordOf(external), Internals::kJSObjectHeaderSize) == this;
}

bool HeapLayout::ProbeFields(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  alignas(8) static char mark = 0;
  // One of no fields is no object of the API, but an ordinary one.
  for (int count = 1; count < 4; ++count) {
    const auto made = v8::ObjectTemplate::New(isolate);
    made->SetInternalFieldCount(count);
    v8::Local<v8::Object> object;
    if (!made->NewInstance(context).ToLocal(&object)) return false;
    for (int i = 0; i < count; ++i) SetInternalPointer(object, i, &mark);
    const Word word = WordOf(object);
    if (Internals::GetInstanceType(word) != Internals::kFirstJSApiObjectType ||
        Field<std::uint8_t>(Field<Word>(word, Internals::kHeapObjectMapOffset),
                            kFirstPropertyOffset) != kHeaderWords + count) {
      return false;
    }
    for (int i = 0; i < count; ++i) {
      if (Field<void*>(word, Internals::kJSObjectHeaderSize +
                                 i * Internals::kEmbedderDataSlotSize) != &mark) {
        return false;
      }
    }
  }
  return true;
}

// For leaves, which have no headers of V8's. The word of the map has the two things in it that
// ReadFields compares.
const FieldLayout* HeapLayout::LayoutOfFields() noexcept {
  constexpr int kKind = v8::internal::kApiTaggedSize;
  static_assert(kFirstPropertyOffset - kKind < 8 && Internals::kMapInstanceTypeOffset - kKind <= 6);
  const auto word_with = [](std::uint8_t first_property, std::uint16_t type) {
    unsigned char bytes[sizeof(std::uint64_t)] = {};
    std::memcpy(bytes + (kFirstPropertyOffset - kKind), &first_property, sizeof first_property);
    std::memcpy(bytes + (Internals::kMapInstanceTypeOffset - kKind), &type, sizeof type);
    return std::bit_cast<std::uint64_t>(bytes);
  };
  const auto tagged = [](int offset) { return offset - static_cast<int>(kTag); };
  static const FieldLayout layout{
      .tag_mask = v8::internal::kHeapObjectTagMask,
      .tag = kTag,
      .map = tagged(Internals::kHeapObjectMapOffset),
      .kind = tagged(kKind),
      .kind_mask = word_with(0xff, 0xffff),
      .kind_value = word_with(kHeaderWords + 2, Internals::kFirstJSApiObjectType),
      .first = tagged(Internals::kJSObjectHeaderSize),
      .second = tagged(Internals::kJSObjectHeaderSize + Internals::kEmbedderDataSlotSize),
  };
  return reads_fields.load(std::memory_order_relaxed) ? &layout : nullptr;
}

bool HeapLayout::ProbeNumbers(v8::Isolate* isolate) {
  number_map_ = Field<Word>(WordOf(v8::Number::New(isolate, 0.5)), Internals::kHeapObjectMapOffset);
  constexpr double kNumbers[] = {0.5,    -0.0,   1e300,
                                 5e-324, -1.0e9, std::numeric_limits<double>::quiet_NaN(),
                                 7.0,    -7.0,   std::numeric_limits<double>::infinity()};
  const bool numbers = std::ranges::all_of(kNumbers, [&](double number) {
    double read = 0;
    return ReadNumber(v8::Number::New(isolate, number), read) &&
           (std::isnan(number) ? std::isnan(read) : BitsOf(read) == BitsOf(number));
  });
  double none = 0;
  std::int32_t integer = 0;
  return numbers && !ReadNumber(v8::Undefined(isolate), none) &&
         !ReadNumber(TextOf(isolate, "1"), none) &&
         ReadInteger(v8::Integer::New(isolate, std::numeric_limits<std::int32_t>::min()),
                     integer) &&
         integer == std::numeric_limits<std::int32_t>::min();
}

bool HeapLayout::ProbeTexts(v8::Isolate* isolate) const {
  const std::string words = "a text of so many characters";
  const auto reads = [&](v8::Local<v8::Value> value, std::string_view expected) {
    std::string_view text;
    return ReadText(value, text) && text == expected;
  };
  const v8::Local<v8::String> text = TextOf(isolate, words);
  std::string_view none;
  return reads(text, words) &&
         reads(v8::String::NewFromUtf8Literal(isolate, "a key", v8::NewStringType::kInternalized),
               "a key") &&
         reads(v8::String::Empty(isolate), "") && reads(TextOf(isolate, "\xc3\xa4"), "\xe4") &&
         !ReadText(TextOf(isolate, "\xe2\x82\xac"), none) &&
         !ReadText(v8::String::Concat(isolate, text, text), none) &&
         !ReadText(v8::Number::New(isolate, 0.5), none) && !ReadText(v8::Null(isolate), none);
}

bool HeapLayout::ProbeArrays(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  constexpr std::array kFractions{0.5, 1.5, -2.5};
  constexpr std::string_view kText = "[0.5, 1.5, -2.5]";
  const v8::Local<v8::Array> doubles = ArrayOf(isolate, context, kText);
  const v8::Local<v8::Array> elements = ArrayOf(isolate, context, "[\"text\", 3]");
  if (doubles.IsEmpty() || elements.IsEmpty()) return false;
  const auto elements_of = [](v8::Local<v8::Array> array) {
    return Field<Word>(WordOf(array), kElementsOffset);
  };
  array_type_ = Internals::GetInstanceType(WordOf(doubles));
  if (Internals::GetInstanceType(WordOf(elements)) != array_type_) return false;
  doubles_type_ = Internals::GetInstanceType(elements_of(doubles));
  elements_type_ = Internals::GetInstanceType(elements_of(elements));
  if (doubles_type_ == elements_type_) return false;
  std::span<const double> read;
  std::span<const Word> words;
  std::string_view text;
  double number = 0;
  if (!ReadDoubles(doubles, read) || !std::ranges::equal(read, kFractions) ||
      ReadDoubles(elements, read) || ReadElements(doubles, words) ||
      !ReadElements(elements, words) || words.size() != 2 || !ReadText(words[0], text) ||
      text != "text" || !ReadNumber(words[1], number) || number != 3) {
    return false;
  }
  const v8::Local<v8::Array> holes = ArrayOf(isolate, context, kText);
  // A V8 may be built to keep undefined among doubles, as another NaN.
  const v8::Local<v8::Array> mixed = ArrayOf(isolate, context, kText);
  return !holes.IsEmpty() && holes->Delete(context, 1).FromMaybe(false) &&
         !ReadDoubles(holes, read) && !mixed.IsEmpty() &&
         mixed->Set(context, 1, v8::Undefined(isolate)).FromMaybe(false) &&
         !ReadDoubles(mixed, read) && !ReadDoubles(v8::Object::New(isolate), read);
}

template <class T>
bool HeapLayout::ReadArray(Word array, int type, std::span<const T>& elements) const noexcept {
  if (!reads_arrays_ || !Internals::HasHeapObjectTag(array) ||
      Internals::GetInstanceType(array) != array_type_) {
    return false;
  }
  const Word store = Field<Word>(array, kElementsOffset);
  if (Internals::GetInstanceType(store) != type) return false;
  const Word length = Field<Word>(array, kArrayLengthOffset);
  const Word room = Field<Word>(store, kElementsLengthOffset);
  if (Internals::HasHeapObjectTag(length) || Internals::HasHeapObjectTag(room) ||
      Internals::SmiValue(length) > Internals::SmiValue(room)) {
    return false;
  }
  elements = {reinterpret_cast<const T*>(store - kTag + kFirstElementOffset),
              static_cast<std::size_t>(Internals::SmiValue(length))};
  return true;
}

bool HeapLayout::ReadDoubles(v8::Local<v8::Value> value,
                             std::span<const double>& numbers) const noexcept {
  return ReadArray(WordOf(value), doubles_type_, numbers) &&
         std::ranges::none_of(numbers, [](double number) { return BitsOf(number) == kHole; });
}

bool HeapLayout::ReadElements(v8::Local<v8::Value> value,
                              std::span<const Word>& elements) const noexcept {
  return ReadArray(WordOf(value), elements_type_, elements);
}

}  // namespace nodehost::detail

#endif
