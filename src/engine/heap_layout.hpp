// HeapLayout: where V8 keeps the numbers, the short texts and the elements that most calls are made
// of. Read here, they cost a load each; by V8's API they cost two calls into it: one that asks for
// the type, and one for the value. What is not known, or is kept in another way, is left to V8's
// API: all that reads says whether it has read.
#pragma once

#include <v8.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "node_version.hpp"
#include "nodehost/detail/leaf_info.hpp"

// As HandleScope: with compressed pointers, the sandbox or handles that are no slots, all lies
// elsewhere.
#if NODE_VERSION_AT_LEAST(22, 0, 0) && !NODE_VERSION_AT_LEAST(26, 0, 0) &&   \
    !defined(V8_COMPRESS_POINTERS) && !defined(V8_ENABLE_SANDBOX) &&         \
    !defined(V8_ENABLE_DIRECT_HANDLE) && !defined(V8_ENABLE_DIRECT_LOCAL) && \
    !defined(V8_31BIT_SMIS_ON_64BIT_ARCH)
#define NODEHOST_READS_HEAP 1
#else
#define NODEHOST_READS_HEAP 0
#endif

namespace nodehost::detail {

/// What an object with two internal fields has in them; nulls for all other values. Given by value,
/// it stays in registers.
struct InternalFields {
  void* first = nullptr;
  void* second = nullptr;
};

/// Used where the layout is not known. Apart, so that the usual case needs no stack frame.
[[gnu::noinline, gnu::cold]] inline InternalFields ReadFieldsByApi(
    v8::Local<v8::Value> value) noexcept {
  if (!value->IsObject() || value.As<v8::Object>()->InternalFieldCount() != 2) return {};
  return {InternalPointer(value.As<v8::Object>(), 0), InternalPointer(value.As<v8::Object>(), 1)};
}

#if NODEHOST_READS_HEAP

class HeapLayout {
 public:
  using Word = v8::internal::Address;

  /// Makes values of each kind, and looks whether they are found where they are believed to be. At
  /// an environment's start; without it nothing is known.
  void Probe(v8::Isolate* isolate, v8::Local<v8::Context> context);

  /// Whether Probe has found all of it where it is believed to be.
  bool knows_all() const noexcept {
    return number_map_ && reads_text_ && reads_arrays_ && reads_externals_ &&
           reads_fields.load(std::memory_order_relaxed);
  }

  bool ReadNumber(v8::Local<v8::Value> value, double& number) const noexcept {
    return ReadNumber(WordOf(value), number);
  }

  /// An integer of 32 bits, unless V8 keeps it as a fraction.
  bool ReadInteger(v8::Local<v8::Value> value, std::int32_t& integer) const noexcept {
    return ReadInteger(WordOf(value), integer);
  }

  /// The characters of a string that is in one piece and whose characters are bytes (Latin-1). Good
  /// until V8 is called.
  bool ReadText(v8::Local<v8::Value> value, std::string_view& text) const noexcept {
    return ReadText(WordOf(value), text);
  }

  /// The elements of an Array of numbers that are kept as doubles. False where one is missing.
  bool ReadDoubles(v8::Local<v8::Value> value, std::span<const double>& numbers) const noexcept;
  /// The elements of another Array, each for ReadNumber and ReadText; what reads as neither may be
  /// a hole. Good until V8 is called.
  bool ReadElements(v8::Local<v8::Value> value, std::span<const Word>& elements) const noexcept;

  bool ReadNumber(Word word, double& number) const noexcept {
    if (!number_map_) return false;
    if (!Internals::HasHeapObjectTag(word)) {
      number = Internals::SmiValue(word);
      return true;
    }
    if (Field<Word>(word, Internals::kHeapObjectMapOffset) != number_map_) return false;
    number = Field<double>(word, kNumberOffset);
    return true;
  }
  bool ReadInteger(Word word, std::int32_t& integer) const noexcept {
    if (!number_map_ || Internals::HasHeapObjectTag(word)) return false;
    integer = Internals::SmiValue(word);
    return true;
  }
  bool ReadText(Word word, std::string_view& text) const noexcept {
    if (!reads_text_ || !Internals::HasHeapObjectTag(word)) return false;
    if ((Internals::GetInstanceType(word) & kTextMask) != kOneByteInOnePiece) return false;
    text = {reinterpret_cast<const char*>(word - kTag + Internals::kStringResourceOffset),
            Field<std::uint32_t>(word, kTextLengthOffset)};
    return true;
  }

  /// The two pointers in the internal fields of an object that has two, and no interceptors; nulls
  /// for all other values. On any realm.
  static InternalFields ReadFields(v8::Local<v8::Value> value) noexcept {
    if (!reads_fields.load(std::memory_order_relaxed)) [[unlikely]]
      return ReadFieldsByApi(value);
    const Word word = WordOf(value);
    if (!Internals::HasHeapObjectTag(word) ||
        Internals::GetInstanceType(word) != Internals::kFirstJSApiObjectType ||
        Field<std::uint8_t>(Field<Word>(word, Internals::kHeapObjectMapOffset),
                            kFirstPropertyOffset) != kHeaderWords + 2) {
      return {};
    }
    return {Field<void*>(word, Internals::kJSObjectHeaderSize),
            Field<void*>(word, Internals::kJSObjectHeaderSize + Internals::kEmbedderDataSlotSize)};
  }

  /// As ReadFields knows it, for leaves, which have no headers of V8's; null where it does not.
  static const FieldLayout* LayoutOfFields() noexcept;

  /// What NewExternal was given.
  void* ReadExternal(v8::Local<v8::Value> external) const noexcept {
    return reads_externals_ ? Field<void*>(WordOf(external), Internals::kJSObjectHeaderSize)
                            : ExternalPointer(external);
  }

 private:
  using Internals = v8::internal::Internals;
  static constexpr Word kTag = v8::internal::kHeapObjectTag;

  static constexpr int kNumberOffset = v8::internal::kApiTaggedSize;
  static constexpr int kTextLengthOffset =
      v8::internal::kApiTaggedSize + v8::internal::kApiInt32Size;
  // No string has an instance type from kFirstNonstringType on.
  static constexpr int kTextMask = (0xffff & ~(Internals::kFirstNonstringType - 1)) |
                                   Internals::kStringRepresentationAndEncodingMask;
  static constexpr int kOneByteInOnePiece = 0x08;
  // Of a map: where the properties of its objects begin, behind the internal fields; in words.
  static constexpr int kFirstPropertyOffset = v8::internal::kApiTaggedSize + 1;
  static constexpr int kHeaderWords = Internals::kJSObjectHeaderSize / v8::internal::kApiTaggedSize;
  static constexpr int kElementsOffset = 2 * v8::internal::kApiTaggedSize;  // of an object
  static constexpr int kArrayLengthOffset = 3 * v8::internal::kApiTaggedSize;
  static constexpr int kElementsLengthOffset = v8::internal::kApiTaggedSize;
  static constexpr int kFirstElementOffset = 2 * v8::internal::kApiTaggedSize;

  static Word WordOf(v8::Local<v8::Value> value) noexcept {
    return *reinterpret_cast<const Word*>(*value);
  }
  template <class T>
  static T Field(Word object, int offset) noexcept {
    return Internals::ReadRawField<T>(object, offset);
  }
  /// The elements of an Array, if they are of that instance type.
  template <class T>
  bool ReadArray(Word array, int type, std::span<const T>& elements) const noexcept;

  static bool ProbeFields(v8::Isolate* isolate, v8::Local<v8::Context> context);
  bool ProbeNumbers(v8::Isolate* isolate);
  bool ProbeTexts(v8::Isolate* isolate) const;
  bool ProbeArrays(v8::Isolate* isolate, v8::Local<v8::Context> context);

  static inline std::atomic<bool> reads_fields = false;  // the same in all environments
  Word number_map_ = 0;  // of a number that is no small integer; V8 never moves it
  // Instance types: of an Array, of elements that are doubles, and of others.
  int array_type_ = 0;
  int doubles_type_ = 0;
  int elements_type_ = 0;
  bool reads_text_ = false;
  bool reads_arrays_ = false;
  bool reads_externals_ = false;
};

#else

class HeapLayout {
 public:
  using Word = std::uintptr_t;

  void Probe(v8::Isolate*, v8::Local<v8::Context>) {}
  bool ReadNumber(v8::Local<v8::Value>, double&) const noexcept { return false; }
  bool ReadInteger(v8::Local<v8::Value>, std::int32_t&) const noexcept { return false; }
  bool ReadText(v8::Local<v8::Value>, std::string_view&) const noexcept { return false; }
  bool ReadDoubles(v8::Local<v8::Value>, std::span<const double>&) const noexcept { return false; }
  bool ReadElements(v8::Local<v8::Value>, std::span<const Word>&) const noexcept { return false; }
  bool ReadNumber(Word, double&) const noexcept { return false; }
  bool ReadInteger(Word, std::int32_t&) const noexcept { return false; }
  bool ReadText(Word, std::string_view&) const noexcept { return false; }
  static InternalFields ReadFields(v8::Local<v8::Value> value) noexcept {
    return ReadFieldsByApi(value);
  }
  static const FieldLayout* LayoutOfFields() noexcept { return nullptr; }
  void* ReadExternal(v8::Local<v8::Value> external) const { return ExternalPointer(external); }
};

#endif

}  // namespace nodehost::detail
