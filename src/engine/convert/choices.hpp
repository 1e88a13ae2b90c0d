// Choices: what unions have decided about objects during one decoding. An alternative of a union is
// tried by decoding it, and the unions within the object are then asked again for the next
// alternative: without their answers kept, a union of recursive types would take exponential time.
// While alternatives are tried, it counts what they leave out.
#pragma once

#include <v8.h>

#include <cstddef>
#include <limits>
#include <unordered_map>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Choices {
 public:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  /// The alternative that took the object, or kNone if none did.
  struct Choice {
    v8::Global<v8::Object> object;
    const TypeInfo* type;
    std::size_t index;
  };

  /// Alternatives of a union that are tried one after another.
  class Trial {
   public:
    explicit Trial(Choices& choices) : choices_(choices), before_(choices.left_out_) {
      ++choices_.trials_;
    }
    ~Trial() { --choices_.trials_; }
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    void Restart() noexcept { choices_.left_out_ = before_; }
    /// How many properties of objects have been left out since.
    std::size_t left_out() const noexcept { return choices_.left_out_ - before_; }

   private:
    Choices& choices_;
    const std::size_t before_;
  };

  /// Whether there is a Trial.
  bool trying() const noexcept { return trials_ > 0; }
  void LeaveOut(std::size_t properties) noexcept { left_out_ += properties; }

  /// Null where nothing was decided yet.
  const Choice* Find(v8::Isolate* isolate, v8::Local<v8::Value> value, const TypeInfo& type) const {
    if (choices_.empty() || !value->IsObject()) return nullptr;
    const auto range = choices_.equal_range(value.As<v8::Object>()->GetIdentityHash());
    for (auto at = range.first; at != range.second; ++at) {
      if (at->second.type == &type && at->second.object.Get(isolate) == value) return &at->second;
    }
    return nullptr;
  }

  void Keep(v8::Isolate* isolate, v8::Local<v8::Value> value, const TypeInfo& type,
            std::size_t index) {
    if (!value->IsObject()) return;
    const auto object = value.As<v8::Object>();
    choices_.emplace(object->GetIdentityHash(),
                     Choice{v8::Global<v8::Object>(isolate, object), &type, index});
  }

 private:
  std::unordered_multimap<int, Choice> choices_;
  int trials_ = 0;
  std::size_t left_out_ = 0;  // counted in a Trial
};

}  // namespace nodehost::detail
