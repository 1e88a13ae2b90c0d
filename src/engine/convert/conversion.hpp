// Conversion: how one sort of C++ types is converted, as a row of functions. The rows stand in the
// sources next to this file, one source for each header of include/nodehost/convert/.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Decoder;
class Encoder;

/// How well a JavaScript value suits an alternative of a union, by a look at it.
enum class Fit : std::uint8_t { kNo, kAccepted, kNatural };

/// What only numbers have: how many of them cross at once.
struct NumberBlock {
  std::string_view typed_array;  ///< the class of a TypedArray that holds them
  bool (*is_typed_array)(v8::Local<v8::Value> value);
  v8::Local<v8::Value> (*view)(v8::Local<v8::ArrayBuffer> buffer);
  /// Copies numbers into a block of Float64Array (`doubles`) or Int32Array; null where they go one
  /// by one.
  void (*copy)(void* block, const void* numbers, std::size_t count) = nullptr;
  bool doubles = false;
};

struct Conversion {
  /// Throws EncodeMisfit for what JavaScript cannot hold.
  v8::Local<v8::Value> (*to_js)(Encoder& encoder, const TypeInfo& type, const void* value);
  /// Assigns to the live object at `result`; false, and a misfit noted, if it does not fit.
  bool (*from_js)(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  /// Runs no JavaScript and decodes nothing.
  Fit (*fit)(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type);
  /// The type in TypeScript; empty where `typescript_of` makes it.
  std::string_view typescript{};
  std::string (*typescript_of)(const TypeInfo& type) = nullptr;
  /// What JavaScript may give for a parameter of the type, in TypeScript; null where that is the
  /// type alone.
  std::string (*taken_name)(const TypeInfo& type) = nullptr;
  /// What errors call the type; null where it is the name in TypeScript.
  std::string_view (*name_in_errors)(const TypeInfo& type) = nullptr;
  const NumberBlock* block = nullptr;
  /// Whether it is a function in JavaScript, which a package may have as its default export.
  bool callable = false;
};

/// The ops of a type, as its conversion's declaration says.
template <class Ops>
const Ops& OpsOf(const TypeInfo& type) {
  return *static_cast<const Ops*>(type.ops);
}

/// The `from_js` of what goes to JavaScript only, because it owns nothing; the templates refuse it
/// as a result.
bool OwnsNothing(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result);

/// For `fit`: natural where V8 says so, impossible elsewhere.
template <bool (v8::Value::*is)() const>
Fit NaturalIf(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return ((*value)->*is)() ? Fit::kNatural : Fit::kNo;
}

inline Fit AcceptedIf(bool accepted) { return accepted ? Fit::kAccepted : Fit::kNo; }

}  // namespace nodehost::detail
