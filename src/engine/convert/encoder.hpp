// Encoder: C++ to JavaScript, what the rows of a conversion share. What JavaScript cannot hold is
// thrown as an EncodeMisfit, which collects the path on its way up.
#pragma once

#include <v8.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "engine/convert/conversion.hpp"
#include "engine/path.hpp"
#include "engine/realm.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

/// A C++ value that has no counterpart: `path` from the root, built from its end.
struct EncodeMisfit {
  std::string path;
  std::string text;
};

class Encoder {
 public:
  explicit Encoder(Realm& realm) : realm_(realm), isolate_(realm.isolate()) {}

  Realm& realm() const noexcept { return realm_; }
  v8::Isolate* isolate() const noexcept { return isolate_; }
  v8::Local<v8::Context> context() const { return realm_.context(); }

  v8::Local<v8::Value> Encode(const TypeInfo& type, const void* value) {
    return type.conversion->to_js(*this, type, value);
  }

  /// Encodes a part; what it refuses is below the step that `make_step` returns.
  template <class Step>
  v8::Local<v8::Value> Part(const TypeInfo& type, const void* value, Step make_step);

  /// What a function gets for its name in JavaScript, if it has none: that of its field or key.
  std::string_view name() const noexcept { return name_; }
  class Named {
   public:
    Named(Encoder& encoder, std::string_view name)
        : encoder_(encoder), outer_(std::exchange(encoder.name_, name)) {}
    ~Named() { encoder_.name_ = outer_; }
    Named(const Named&) = delete;
    Named& operator=(const Named&) = delete;

   private:
    Encoder& encoder_;
    const std::string_view outer_;
  };

  /// V8 refuses only once the environment is being terminated.
  template <class Maybe>
  void Check(const Maybe& maybe) const;

  [[noreturn]] static void Refuse(std::string text) { throw EncodeMisfit{{}, std::move(text)}; }

  /// A struct or container that is being written. Refuses what is nested too deep.
  class Level {
   public:
    explicit Level(Encoder& encoder) : nesting_(encoder.depth_) {
      if (nesting_.too_deep()) Refuse(std::string(kTooDeep));
    }

   private:
    const Nesting nesting_;
  };

 private:
  Realm& realm_;
  v8::Isolate* const isolate_;
  std::string_view name_;
  int depth_ = 0;
};

template <class Maybe>
void Encoder::Check(const Maybe& maybe) const {
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
