// Method: a field of a typed interface. It is a JavaScript function with a C++ signature, callable
// from any thread because only data crosses; or a C++ function in its place, for JavaScript to call
// and for tests.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/convert.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/holds_js.hpp"
#include "nodehost/detail/invoke_later.hpp"
#include "nodehost/detail/limited_call.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/detail/parameter.hpp"

namespace nodehost {

/// A function as a field of a struct, found under the field's name:
///
///     struct Marked { nh::Method<std::string(std::string)> parse; };
///     auto marked = node.Import<Marked>("marked");
///     marked.parse("# hi");
///
/// A result may be an interface in turn (`dom.window.document()`), and so may an argument; a
/// std::function argument is a callback.
///
/// Any thread may call it: on the JS thread it calls straight, elsewhere it hops there and blocks,
/// one hop a call. Many calls in one hop: make them inside `node.Run`, where each is straight.
/// `this` is the object the struct was imported from. Throws `JsError` for what JavaScript throws
/// and for a result of another type, `EnvironmentStopped` after the environment's end, `HostError`
/// when it was never imported, or was optional and is missing.
///
/// With a result `Task<T>` it is an asynchronous function: the call never waits and never throws,
/// and its failures are the Task's. `std::future<T>` is the same for those who only block, and
/// `Posted` for those who do not want to know.
///
/// Made from a C++ function it needs no environment, and calls that function on the thread that
/// calls; so a mock is a designated initialiser:
///
///     Marked fake{.parse = [](std::string text) { return "<b>" + text; }};
///
/// Copies are the same function: a listener that was added as a Method is removed as one.
/// JavaScript gets it as a function that runs on the JS thread. Its arguments are converted, with a
/// TypeError that names the one that does not fit; what it throws is an Error there, and the same
/// C++ exception where it comes out in C++ again. It lives as long as a copy of the Method or
/// JavaScript can reach it, and at most until the environment has ended if only JavaScript can.
template <class R, class... A>
class Method<R(A...)> {
 public:
  Method() noexcept { Check(); }

  /// A C++ function, lambda or other callable. An empty one gives an empty Method.
  template <class F>
  requires detail::Implements<Method, F, R, A...> Method(F&& function) {
    Check();
    member_.native = detail::MakeNative<R, A...>(std::forward<F>(function));
  }

  /// Calls it, with the arguments that the signature says.
  template <class When = Method>
  R operator()(detail::Parameter<A, When>... arguments) const {
    if (!member_.function) [[unlikely]]
      return CallNative(std::forward<detail::Parameter<A, When>>(arguments)...);
    if constexpr (detail::kComesLater<R>) {
      using Result = typename detail::TaskResult<R>::Type;
      static_assert(detail::CheckDecodable<std::remove_cv_t<Result>>());
      return detail::ResultOf<R>(
          detail::CallLater<Result, A...>(member_.function, member_.receiver,
                                          std::forward<detail::Parameter<A, When>>(arguments)...));
    } else {
      return CallNow(arguments...);
    }
  }

  /// The same call within limits, which are those of a job:
  ///
  ///     prettier.format.With({.timeout = 100ms, .stop = token})(text)
  ///
  /// At the limit the caller gets `DeadlineExceeded` or `Cancelled` at once, on any thread but the
  /// JS thread itself; the text names the function, and the file and line that ran. What had begun
  /// is stopped as `RunOptions` says. That covers the asynchronous part, too: the Task fails, and
  /// each `AbortSignal` or `std::stop_token` among the arguments, or among the fields of a struct
  /// there, that was left empty is aborted, with the reason TimeoutError or AbortError (always
  /// that, of a std::stop_token, which knows none). A function that takes no signal goes on, and
  /// what comes of it is dropped. The arguments are copied. A C++ function in its place is called
  /// without limits.
  auto With(RunOptions limits) const { return Within{*this, std::move(limits)}; }

  /// Whether there is something to call.
  explicit operator bool() const noexcept { return member_.function || member_.native; }

 private:
  struct Within {
    Method method;
    RunOptions limits;

    template <class When = Method>
    R operator()(detail::Parameter<A, When>... arguments) const {
      const auto& member = method.member_;
      if (!member.function || !limits.limited()) {
        return method(std::forward<detail::Parameter<A, When>>(arguments)...);
      }
      return detail::CallLimited<R, A...>(member, limits,
                                          std::forward<detail::Parameter<A, When>>(arguments)...);
    }
  };

  template <class... P>
  R CallNow(P&... arguments) const {
    const void* const pointers[] = {std::addressof(arguments)..., nullptr};
    if constexpr (std::is_void_v<R>) {
      detail::Invoke(member_.function, member_.receiver, kSignature, pointers, nullptr);
    } else {
      R result = detail::MakeBlank<R>();
      detail::Invoke(member_.function, member_.receiver, kSignature, pointers, &result);
      return result;
    }
  }

  static detail::Member* MemberOf(void* field) { return &static_cast<Method*>(field)->member_; }

 public:
  /// For the library's own templates.
  static constexpr const detail::Signature& kSignature =
      detail::SignatureOf<typename detail::GivenResult<R>::Type, A...>::kValue;
  static constexpr detail::MethodOps kOps{&kSignature, &MemberOf};

 private:
  // Here and not in the class, so that a struct may have a Method that returns that struct.
  static constexpr void Check() noexcept {
    static_assert(
        (!detail::InjectedParameter<A> && ...),
        "A Method moves only data, so that any thread may call it. A function that takes "
        "a Js&, a This or an EnvironmentRef is a std::function of the struct, or a method "
        "of a Class.");
    static_assert(!detail::kHoldsJs<R> && (!detail::kHoldsJs<A> && ...),
                  "A Method moves only data, so that any thread may call it. Take a Value inside "
                  "Run and call that instead.");
    static_assert(!std::is_reference_v<R> && !std::is_pointer_v<R>,
                  "A Method's result is a copy: return it by value.");
  }

  template <class... P>
  R CallNative(P&&... arguments) const {
    if (!member_.native) detail::ThrowNothingHere(member_);
    using Native = detail::TypedNative<R, A...>;
    return static_cast<Native&>(*member_.native).Call(std::forward<P>(arguments)...);
  }

  detail::Member member_;
};

}  // namespace nodehost
