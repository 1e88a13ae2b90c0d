// Encoder: C++ to JavaScript. What JavaScript cannot hold is thrown as an EncodeMisfit, which
// collects the path on its way up.
#pragma once

#include <v8.h>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include "nodehost/detail/member.hpp"
#include "nodehost/detail/type_info.hpp"
#include "realm.hpp"

namespace nodehost::detail {

/// A C++ value that has no counterpart: `path` from the root, built from its end.
struct EncodeMisfit {
  std::string path;
  std::string text;
};

class Encoder {
 public:
  explicit Encoder(Realm& realm) : realm_(realm), isolate_(realm.isolate()) {}

  v8::Local<v8::Value> Encode(const TypeInfo& type, const void* value);

 private:
  // Numbers and strings that may be refused.
  v8::Local<v8::Value> EncodeInexact(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeEnum(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeChar(char character);
  v8::Local<v8::Value> EncodeDate(const TypeInfo& type, const void* value);

  v8::Local<v8::Value> EncodeSequence(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeList(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeSet(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeRecord(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeMap(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeTuple(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeVariant(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeStruct(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> EncodeCustom(const TypeInfo& type, const void* value);

  // interface.cpp
  v8::Local<v8::Value> EncodeInterface(const TypeInfo& type, const void* value);
  void EncodeField(v8::Local<v8::Object> object, v8::Local<v8::Name> key, const FieldInfo& field,
                   const void* value);
  v8::Local<v8::Value> EncodeMember(const Member& member, std::string_view name);
  v8::Local<v8::Value> EncodeFunction(const TypeInfo& type, const void* value);
  v8::Local<v8::Value> SourceOf(const StructInfo& info, const void* value);

  // Encodes a part; what it refuses is below the step that `make_step` returns.
  template <class Step>
  v8::Local<v8::Value> Part(const TypeInfo& type, const void* value, Step make_step);

  // V8 refuses only once the environment is being terminated.
  template <class Maybe>
  void Check(const Maybe& maybe);

  Realm& realm_;
  v8::Isolate* const isolate_;
  int depth_ = 0;
};

template <class Maybe>
void Encoder::Check(const Maybe& maybe) {
  bool made = false;
  if constexpr (requires { maybe.IsNothing(); }) {
    made = !maybe.IsNothing();
  } else {
    made = !maybe.IsEmpty();
  }
  if (!made) std::rethrow_exception(realm_.thread().StoppedError());
}

template <class Step>
v8::Local<v8::Value> Encoder::Part(const TypeInfo& type, const void* value, Step make_step) {
  try {
    return Encode(type, value);
  } catch (EncodeMisfit& misfit) {
    misfit.path.insert(0, make_step());
    throw;
  }
}

}  // namespace nodehost::detail
