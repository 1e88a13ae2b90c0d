// RealmAccess: whether code on a JS thread may enter JavaScript now. It says no before the start,
// from the end of JavaScript on, and while what runs was stopped at its timeout.
#pragma once

#include <atomic>
#include <exception>
#include <utility>

#include "life.hpp"

namespace nodehost::detail {

class Realm;

/// On the JS thread, but for RequestCheck.
class RealmAccess {
 public:
  explicit RealmAccess(const Life& life) noexcept : life_(life) {}
  RealmAccess(const RealmAccess&) = delete;
  RealmAccess& operator=(const RealmAccess&) = delete;

  /// The V8 side; null while nothing may enter JavaScript.
  Realm* realm() const noexcept {
    was_used_ = true;
    return realm_;
  }

  /// Whether the V8 side is there, may it be entered now or not.
  bool has_realm() const noexcept { return own_realm_ != nullptr; }

  /// Whether realm() was asked for since this was last called: without it nobody has entered
  /// JavaScript. `used` takes its place.
  bool ExchangeUse(bool used) noexcept { return std::exchange(was_used_, used); }

  /// Whether JavaScript may be entered: the realm is there, and nobody has ended JavaScript
  /// meanwhile from another thread.
  bool MayEnter() const noexcept { return realm_ && !life_.over(); }

  /// For the realm's owner: from here on JavaScript may be entered. Null: not any more.
  void SetRealm(Realm* realm) noexcept { realm_ = own_realm_ = realm; }

  /// From here on nothing enters JavaScript. What tries to gets `reason`; without one, that the
  /// environment has stopped.
  void Disable(std::exception_ptr reason = nullptr) noexcept {
    if (reason) reason_ = std::move(reason);
    realm_ = nullptr;
  }

  /// Undoes that, unless JavaScript is over.
  void Enable() noexcept {
    reason_ = nullptr;
    if (!life_.over()) realm_ = own_realm_;
  }

  /// What Disable was given; null if it was given nothing, or is undone.
  const std::exception_ptr& reason() const noexcept { return reason_; }

  /// Asks the JavaScript that runs to serve an interrupt or a termination. V8 checks for both
  /// itself, but in a loop that calls C++ only every few thousand turns; so C++ that JavaScript has
  /// called checks on its return. Any thread.
  void RequestCheck() noexcept { check_requested_.store(true, std::memory_order_relaxed); }
  bool NeedsCheck() const noexcept {
    return check_requested_.load(std::memory_order_relaxed) || !MayEnter();
  }
  void ClearCheckRequest() noexcept { check_requested_.store(false, std::memory_order_relaxed); }

 private:
  const Life& life_;
  Realm* realm_ = nullptr;
  Realm* own_realm_ = nullptr;  // also while realm_ is null
  mutable bool was_used_ = false;
  std::exception_ptr reason_;
  std::atomic<bool> check_requested_{false};
};

}  // namespace nodehost::detail
