// Decoder: JavaScript to C++, what the rows of a conversion share. Each step says only whether the
// value fits; what does not is noted with the path to it, and reported once, at the top.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/catch.hpp"
#include "engine/convert/choices.hpp"
#include "engine/convert/conversion.hpp"
#include "engine/path.hpp"
#include "engine/realm.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Decoder {
 public:
  /// One value that did not fit: `path` from the root, built from its end.
  struct Misfit {
    std::string path;
    std::string text;  // "expected number, got string"
    bool out_of_range = false;
  };

  /// Where a member of an interface is found: on the object `receiver`, as the `field`.
  struct Place {
    v8::Local<v8::Value> receiver;
    const FieldInfo* field = nullptr;
  };

  /// `receiver` is `this` for a Method decoded at the top.
  Decoder(Realm& realm, v8::Local<v8::Value> receiver)
      : realm_(realm),
        isolate_(realm.isolate()),
        context_(realm.context()),
        place_{receiver, nullptr} {}

  Realm& realm() const noexcept { return realm_; }
  v8::Isolate* isolate() const noexcept { return isolate_; }
  v8::Local<v8::Context> context() const noexcept { return context_; }

  /// Assigns `value` to the live object at `result`; false if it does not fit.
  bool Decode(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
    return type.conversion->from_js(*this, value, type, result);
  }

  Fit FitOf(v8::Local<v8::Value> value, const TypeInfo& type) {
    return type.conversion->fit(*this, value, type);
  }

  /// After a refusal: throws the TypeError or RangeError that names every misfit below `root`.
  [[noreturn]] void Throw(std::string_view root) const;

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
    /// How many levels there are, this one included.
    int depth() const noexcept { return decoder_.depth_; }

   private:
    Decoder& decoder_;
    const Nesting nesting_;
    std::optional<Catch> outermost_;
  };

  // C++ that JavaScript has called in the middle of a Level: what is thrown below that JavaScript
  // is caught here.
  class Below {
   public:
    explicit Below(Decoder& decoder)
        : decoder_(decoder),
          hidden_(decoder.realm_),
          own_(decoder.realm_),
          outer_(std::exchange(decoder.caught_, &own_)) {}
    ~Below() { decoder_.caught_ = outer_; }
    Below(const Below&) = delete;
    Below& operator=(const Below&) = delete;

   private:
    Decoder& decoder_;
    const JobCatch::Hidden hidden_;
    const Catch own_;
    const Catch* const outer_;
  };

  /// What the unions of the value have tried and decided.
  Choices& choices() noexcept { return choices_; }

  // These are for use within a Level.
  v8::Local<v8::Value> Get(v8::Local<v8::Object> object, v8::Local<v8::Value> key);
  v8::Local<v8::Value> Get(v8::Local<v8::Object> object, std::uint32_t index);
  /// The length of an Array, of a Proxy of one, or of a TypedArray; false for anything else.
  bool GetLength(v8::Local<v8::Value> value, std::uint32_t& length);
  /// Throws what the Level's Catch has caught.
  [[noreturn]] void ThrowCaught();

  /// For each element of what may be long, where no JavaScript runs that could be ended: throws, as
  /// JavaScript would, if it has been stopped meanwhile.
  void Step() {
    if (++steps_ % 4096 == 0) [[unlikely]]
      LookForEnd();
  }
  /// C++ is about to take memory for parts of `value`, of which `empty` bytes are for elements that
  /// are not there. False, with a misfit, where that is more than the environment may have.
  bool Take(v8::Local<v8::Value> value, std::size_t bytes, std::size_t empty);

  /// They all note a misfit and return false.
  bool Refuse(v8::Local<v8::Value> value, const TypeInfo& type);
  bool RefuseAs(v8::Local<v8::Value> value, const std::string& expected, bool out_of_range);
  bool RefuseDepth();
  bool RefuseLength(std::string_view what, std::size_t least, std::size_t most, std::size_t got);
  /// Puts `step` before the paths of the misfits noted since there were `first` of them.
  bool Within(std::size_t first, const std::string& step);

  std::vector<Misfit>& misfits() noexcept { return misfits_; }

  Place& place() noexcept { return place_; }
  /// A member of the interface at hand: `function`, if not empty, at the place.
  Member MemberOf(v8::Local<v8::Value> function);

 private:
  void LookForEnd();

  Realm& realm_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  Place place_;          // of the member that is being decoded
  Ref shared_receiver_;  // one reference for all members that are found on one object
  std::vector<Misfit> misfits_;
  int depth_ = 0;
  Choices choices_;
  std::uint32_t steps_ = 0;
  std::size_t taken_ = 0;  // bytes
  std::size_t empty_ = 0;
  std::optional<std::size_t> max_external_;
  const Catch* caught_ = nullptr;  // the outermost Level's
};

/// What Array.isArray says, which sees through proxies.
bool IsArrayProxy(v8::Local<v8::Value> value);

}  // namespace nodehost::detail
