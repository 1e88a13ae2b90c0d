// OverrideLink: the way from a C++ object whose virtual functions JavaScript overrides to its
// JavaScript object.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "nodehost/detail/override_link.hpp"

namespace nodehost::detail {

class ClassHolder;
class JsThread;

struct OverrideLink {
  std::shared_ptr<JsThread> thread;  // set before another thread knows the object
  // On the JS thread only.
  ClassHolder* holder = nullptr;  // null before JavaScript has the object, and after
  std::string_view own;           // the method that JavaScript calls C++'s own of
  std::weak_ptr<void> share;      // that C++ has of the object, if any

  /// While JavaScript calls the method `name` that C++ has exported: that JavaScript's own
  /// method, or `super`, was found not to be another. The first CallOverride of that name is told
  /// so, and all that C++'s own calls in turn is overridden again.
  class CallOfOwn {
   public:
    CallOfOwn(OverrideLink* link, std::string_view name) noexcept : link_(link) {
      if (link_) before_ = std::exchange(link_->own, name);
    }
    ~CallOfOwn() {
      if (link_) link_->own = before_;
    }
    CallOfOwn(const CallOfOwn&) = delete;
    CallOfOwn& operator=(const CallOfOwn&) = delete;

   private:
    OverrideLink* const link_;
    std::string_view before_;
  };
};

}  // namespace nodehost::detail
