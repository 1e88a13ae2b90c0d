// Decoder: JavaScript to C++. Each step says only whether the value fits; what does not is noted
// with the path to it, and reported once, at the top.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/type_info.hpp"
#include "path.hpp"
#include "realm.hpp"

namespace nodehost::detail {

class Decoder {
 public:
  /// `receiver` is `this` for a Method decoded at the top.
  Decoder(Realm& realm, v8::Local<v8::Value> receiver)
      : realm_(realm), isolate_(realm.isolate()), context_(realm.context()), receiver_(receiver) {}

  /// Assigns `value` to the live object at `result`; false if it does not fit.
  bool Decode(v8::Local<v8::Value> value, const TypeInfo& type, void* result);

  /// After a refusal: throws the TypeError or RangeError that names every misfit below `root`.
  [[noreturn]] void Throw(std::string_view root) const;

 private:
  // One value that did not fit: `path` from the root, built from its end.
  struct Misfit {
    std::string path;
    std::string text;  // "expected number, got string"
    bool out_of_range = false;
  };

  // A struct or container that is being read: a level of nesting, and for the outermost one a Catch
  // that serves all the properties below it.
  class Level {
   public:
    explicit Level(Decoder& decoder) : decoder_(decoder), nesting_(decoder.depth_) {
      if (decoder.caught_) return;
      outermost_.emplace(decoder.realm_);
      decoder.caught_ = &*outermost_;
    }
    ~Level() {
      if (outermost_) decoder_.caught_ = nullptr;
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

    bool too_deep() const noexcept { return nesting_.too_deep(); }

   private:
    Decoder& decoder_;
    const Nesting nesting_;
    std::optional<Catch> outermost_;
  };

  // decode_scalars.cpp
  template <class Integer>
  bool DecodeInteger(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  template <class Integer>
  bool DecodeBigInt(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  template <class Integer>
  bool DecodeAsNumber(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeNumber(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeEnum(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeString(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeOtherString(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeTime(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeError(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeCustom(v8::Local<v8::Value> value, const TypeInfo& type, void* result);

  // decode_containers.cpp
  bool DecodeBytes(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeSequence(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeCollection(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeMap(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeMapEntries(v8::Local<v8::Map> map, const TypeInfo& type, void* result);
  bool DecodeMapProperties(v8::Local<v8::Object> object, const TypeInfo& type, void* result);
  bool DecodeTuple(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  // The length of an Array, of a Proxy of one, or of a TypedArray.
  bool GetLength(v8::Local<v8::Value> value, std::uint32_t& length);

  // decode_structs.cpp
  bool DecodeOptional(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeStruct(v8::Local<v8::Value> value, const TypeInfo& type, void* result);

  // interface.cpp
  bool DecodeInterface(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeField(v8::Local<v8::Value> item, const FieldInfo& field, void* result);
  bool DecodeMethod(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeProperty(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeFunction(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeClass(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  // A member of the interface at hand: `function`, if not empty, on the receiver.
  Member MemberOf(v8::Local<v8::Value> function);

  // decode_variant.cpp
  bool DecodeVariant(v8::Local<v8::Value> value, const TypeInfo& type, void* result);
  bool DecodeAlternative(v8::Local<v8::Value> value, const TypeInfo& type, std::size_t index,
                         void* result);
  bool RefuseAll(v8::Local<v8::Value> value, const TypeInfo& type, std::size_t first);

  // Within a Level.
  v8::Local<v8::Value> Get(v8::Local<v8::Object> object, v8::Local<v8::Value> key);
  v8::Local<v8::Value> Get(v8::Local<v8::Object> object, std::uint32_t index);

  bool Refuse(v8::Local<v8::Value> value, const TypeInfo& type);
  bool RefuseAs(v8::Local<v8::Value> value, const std::string& expected, bool out_of_range);
  bool RefuseDepth();
  bool RefuseLength(std::string_view what, std::size_t expected, std::size_t got);
  // Puts `step` before the paths of the misfits noted since there were `first` of them.
  bool Within(std::size_t first, const std::string& step);

  Realm& realm_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  v8::Local<v8::Value> receiver_;     // of the members of the interface at hand
  Ref shared_receiver_;               // the same for all members found on one object
  const FieldInfo* field_ = nullptr;  // the one that is being decoded
  std::vector<Misfit> misfits_;
  int depth_ = 0;
  const Catch* caught_ = nullptr;  // the outermost Level's
};

}  // namespace nodehost::detail
