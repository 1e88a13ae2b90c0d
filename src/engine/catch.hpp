// Catch: what catches the exceptions of one step into JavaScript, such as a call or the reading of
// a property. JobCatch: one v8::TryCatch for all the steps of a job.
//
// To open and close a TryCatch takes about a tenth of the time of a short call. V8 gives an
// exception to the innermost TryCatch that is not below the JavaScript it came out of; so one that
// a job opens before it calls anything is as good for a call as one of the call's own, unless
// another TryCatch or JavaScript lies between the two. Both are seen to here: a Catch has the job's
// TryCatch to itself for as long as it lives, and one made meanwhile, by C++ that the JavaScript
// called or by a user's Convert<T>, opens its own. So all of the library's steps into JavaScript
// are made under a Catch; a v8::TryCatch serves where an exception is to be forgotten, and no C++
// of the user's can run before it is closed but through JavaScript.
#pragma once

#include <v8.h>

#include <memory>
#include <optional>
#include <utility>

#include "realm.hpp"

namespace nodehost::detail {

class Catch {
 public:
  explicit Catch(Realm& realm)
      : lent_(realm.job_catch()), borrowed_(std::exchange(lent_, nullptr)) {
    if (!borrowed_) std::construct_at(&own_, realm.isolate());
  }
  ~Catch() {
    if (!borrowed_) {
      std::destroy_at(&own_);
      return;
    }
    if (was_asked_) [[unlikely]]
      borrowed_->Reset();
    lent_ = borrowed_;
  }
  Catch(const Catch&) = delete;
  Catch& operator=(const Catch&) = delete;

  /// For ThrowCaught, after a step that failed.
  operator const v8::TryCatch&() const noexcept {
    was_asked_ = true;
    return borrowed_ ? *borrowed_ : own_;
  }

 private:
  v8::TryCatch*& lent_;
  v8::TryCatch* const borrowed_;
  mutable bool was_asked_ = false;
  union {
    v8::TryCatch own_;  // if it has borrowed none
  };
};

/// Around a job. JavaScript lies between it and C++ that calls only under a Catch or a Hidden.
class JobCatch {
 public:
  /// `realm` is null once JavaScript has ended.
  explicit JobCatch(Realm* realm) : realm_(realm) {
    if (!realm) return;
    caught_.emplace(realm->isolate());
    outer_ = std::exchange(realm->job_catch(), &*caught_);
  }
  ~JobCatch() {
    if (realm_) realm_->job_catch() = outer_;
  }
  JobCatch(const JobCatch&) = delete;
  JobCatch& operator=(const JobCatch&) = delete;

  /// While it lives, there is nothing to borrow: for C++ that JavaScript calls.
  class Hidden {
   public:
    explicit Hidden(Realm& realm)
        : lent_(realm.job_catch()), hidden_(std::exchange(lent_, nullptr)) {}
    ~Hidden() { lent_ = hidden_; }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

   protected:
    v8::TryCatch*& lent_;
    v8::TryCatch* const hidden_;
  };

  /// As Hidden, for code whose exceptions are not the job's: callbacks of the event loop when it
  /// runs inside the job, and calls of V8 that the program makes itself (RawV8). What nothing there
  /// catches gets to Node as uncaught.
  class Loop : private Hidden {
   public:
    explicit Loop(Realm& realm) : Hidden(realm) {
      if (hidden_) hidden_->SetVerbose(true);
    }
    ~Loop() {
      if (!hidden_) return;
      hidden_->Reset();
      hidden_->SetVerbose(false);
    }
  };

 private:
  Realm* const realm_;
  std::optional<v8::TryCatch> caught_;
  v8::TryCatch* outer_ = nullptr;
};

}  // namespace nodehost::detail
