// Conversion of the few types that most calls are made of, inlined where they are made; all others
// go the whole way, by Encode and Decode.
#pragma once

#include <v8.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "encode_decode.hpp"
#include "heap_layout.hpp"
#include "realm.hpp"
#include "utf.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

inline v8::Local<v8::Value> EncodeQuick(Realm& realm, const TypeInfo& type, const void* value) {
  switch (type.quick) {
    case Quick::kDouble:
      return v8::Number::New(realm.isolate(), *static_cast<const double*>(value));
    case Quick::kInt32:
      return v8::Integer::New(realm.isolate(), *static_cast<const std::int32_t*>(value));
    case Quick::kString:
      return ToV8String(realm.isolate(), *static_cast<const std::string*>(value));
    default:
      return Encode(realm, type, value);
  }
}

/// False, and nothing done, for another type and for a value that does not fit.
inline bool DecodeQuick(Realm& realm, v8::Local<v8::Value> value, const TypeInfo& type,
                        void* result) {
  const HeapLayout& heap = realm.heap();
  switch (type.quick) {
    case Quick::kDouble:
      if (heap.ReadNumber(value, *static_cast<double*>(result))) return true;
      if (!value->IsNumber()) return false;
      *static_cast<double*>(result) = value.As<v8::Number>()->Value();
      return true;
    case Quick::kInt32:
      if (heap.ReadInteger(value, *static_cast<std::int32_t*>(result))) return true;
      if (!value->IsInt32()) return false;
      *static_cast<std::int32_t*>(result) = value.As<v8::Int32>()->Value();
      return true;
    case Quick::kBool: {
      const bool is_true = value == v8::True(realm.isolate());
      if (!is_true && value != v8::False(realm.isolate())) return false;
      *static_cast<bool*>(result) = is_true;
      return true;
    }
    case Quick::kString:
      if (std::string_view text; heap.ReadText(value, text)) {
        AssignLatin1(text, *static_cast<std::string*>(result));
        return true;
      }
      if (!value->IsString()) return false;
      FromV8String(realm.isolate(), value.As<v8::String>(), *static_cast<std::string*>(result));
      return true;
    default:
      return false;
  }
}

}  // namespace nodehost::detail
