// Calls of a Method that may take only so long, or that a token can stop: Method::With.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "nodehost/abort.hpp"
#include "nodehost/convert/abort.hpp"
#include "nodehost/convert/decodable.hpp"
#include "nodehost/convert/tasks.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/run_options.hpp"

namespace nodehost::detail {

/// What such a call owns, because its caller may be gone before it has come to its end.
class LimitedCall {
 public:
  LimitedCall() = default;
  LimitedCall(const LimitedCall&) = delete;
  LimitedCall& operator=(const LimitedCall&) = delete;
  virtual ~LimitedCall() = default;

  /// After the call: the outcome, as far as there is none yet, is what JavaScript has returned.
  virtual void Complete() noexcept = 0;

  const Signature* signature = nullptr;
  const void* const* arguments = nullptr;
  void* result = nullptr;
  std::shared_ptr<TaskStateBase> outcome;
  AbortController aborts;  ///< what the call's signal belongs to
};

/// `T` is the result, without the Task if it comes `later`.
template <class T, bool later, class... A>
class LimitedCallOf final : public LimitedCall {
  static_assert((!kIsSpan<std::remove_cvref_t<A>> && ...),
                "A std::span is lent for the length of a call, and a call with a limit may go on "
                "after it has returned. Take a std::vector or nodehost::Bytes.");
  static_assert((!std::is_pointer_v<std::remove_cvref_t<A>> && ...),
                "A call with a limit may go on after it has returned, and a C string may be gone "
                "by then. Take a std::string.");

 public:
  template <class... P>
  explicit LimitedCallOf(P&&... parameters)
      : LimitedCallOf(std::index_sequence_for<A...>(), std::forward<P>(parameters)...) {}

  void Complete() noexcept override {
    if constexpr (later) {
      const auto inner = result_.state();
      inner->OnSettled([outer = State(), inner = inner.get()] {
        if (outer->settled()) return;
        if (inner->failed()) {
          outer->Fail(inner->error());
        } else if constexpr (std::is_void_v<T>) {
          outer->Fulfil(std::monostate());
        } else {
          outer->Fulfil(inner->Take());
        }
      });
    } else {
      State()->Fulfil(std::move(result_));
    }
  }

  std::shared_ptr<TaskState<T>> State() const {
    return std::static_pointer_cast<TaskState<T>>(outcome);
  }

 private:
  using Returned = std::conditional_t<later, Task<T>, TaskValue<T>>;
  using Declared = std::conditional_t<later, Task<T>, T>;

  template <std::size_t... I, class... P>
  LimitedCallOf(std::index_sequence<I...>, P&&... parameters)
      : values_(std::forward<P>(parameters)...),
        pointers_{std::addressof(std::get<I>(values_))..., nullptr} {
    (OfferSignal(std::get<I>(values_), aborts.signal()), ...);
    signature = &SignatureOf<Declared, Stored<A>...>::kValue;
    arguments = pointers_;
    result = std::addressof(result_);
    outcome = MakePooled<TaskState<T>>();
    if constexpr (later) {
      result_ = Task<T>(MakePooled<TaskState<T>>());
      result_.state()->set_vacant();
    }
  }

  std::tuple<Stored<A>...> values_;
  const void* pointers_[sizeof...(A) + 1];
  Returned result_{};
};

/// Makes the call. Any thread; returns at once, unless it is the JS thread.
NODEHOST_API void InvokeLimited(const Member& member, const std::shared_ptr<LimitedCall>& call,
                                const RunOptions& limits);
/// Makes the call and waits for the outcome.
NODEHOST_API void InvokeLimitedAndWait(const Member& member,
                                       const std::shared_ptr<LimitedCall>& call,
                                       const RunOptions& limits);

template <class R>
struct LimitedResult {
  using Type = R;
  static constexpr bool kLater = false;
};
template <class R>
requires kComesLater<R>
struct LimitedResult<R> {
  using Type = typename TaskResult<R>::Type;
  static constexpr bool kLater = true;
};

/// `member(parameters…)` with the signature R(A…), within `limits`.
template <class R, class... A, class... P>
R CallLimited(const Member& member, const RunOptions& limits, P&&... parameters) {
  using Result = LimitedResult<R>;
  using T = typename Result::Type;
  static_assert(CheckDecodable<std::remove_cv_t<T>>());
  const auto call =
      MakePooled<LimitedCallOf<T, Result::kLater, A...>>(std::forward<P>(parameters)...);
  if constexpr (Result::kLater) {
    const Task<T> task(call->State());
    InvokeLimited(member, call, limits);
    return ResultOf<R>(task);
  } else {
    InvokeLimitedAndWait(member, call, limits);
    return call->State()->Take();
  }
}

}  // namespace nodehost::detail
