// KeepAlive: what keeps a command going while C++ has something for its JavaScript. Not part of
// nodehost.hpp.
#pragma once

#include <memory>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/fwd.hpp"

namespace nodehost {

namespace detail {
class JsThread;
}  // namespace detail

/// While it lives, an environment that ends by itself, as a command's does, goes on, as it does for
/// a timer or a server. For a plug-in that keeps a JavaScript function and will call it later: the
/// function alone keeps nothing going. A Task that JavaScript waits for, and a stream of C++'s that
/// it waits for, do so by themselves. Nothing in an environment that lives until it is stopped, and
/// no delay for `Stop`.
///
///     struct Watch {
///       std::function<nh::Posted(std::string)> listener;
///       nh::KeepAlive alive = nh::KeepAlive::Here();
///     };
class NODEHOST_API KeepAlive {
 public:
  /// Keeps nothing going.
  KeepAlive() noexcept = default;

  /// For the environment of this JS thread. Throws WrongThread on all others.
  static KeepAlive Here();

  KeepAlive(KeepAlive&&) noexcept = default;
  KeepAlive& operator=(KeepAlive&& other) noexcept {
    if (this != &other) {
      Release();
      thread_ = std::move(other.thread_);
    }
    return *this;
  }
  /// Any thread, also after the environment has ended.
  ~KeepAlive() { Release(); }

  /// Lets the environment end. As the destructor; once is enough.
  void Release() noexcept;

 private:
  std::shared_ptr<detail::JsThread> thread_;
};

}  // namespace nodehost
