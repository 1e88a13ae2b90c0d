// C++ callables as they are: a lambda, an object with a call operator, a pointer to a function.
// Each is a function in JavaScript. Also what only such functions take: the rest of the arguments.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/tasks.hpp"
#include "nodehost/detail/bound.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

struct CallableOps {
  const Signature* signature;
  std::shared_ptr<NativeFunction> (*make)(const void* callable);
};

namespace conversions {
extern NODEHOST_API const Conversion kCallable;   // to JavaScript only: CallableOps
extern NODEHOST_API const Conversion kArguments;  // Arguments, from JavaScript only
}  // namespace conversions

/// A C++ function that is called as it is declared: with what is injected first, if it takes that.
template <class F, class R, class Arguments>
class CallableNative;
template <class F, class R, class... A>
class CallableNative<F, R, Types<A...>> final : public NativeFunction {
 public:
  using Call = Bound<void, R, Types<A...>>;

  explicit CallableNative(const F& function) : function_(function) {}

  void Serve(NativeCall& call) override {
    if constexpr (kIsTask<R>) {
      static_assert(((!std::is_reference_v<A> || InjectedParameter<A>)&&...),
                    "nodehost: a coroutine goes on after the call that began it, so it takes its "
                    "arguments by value");
      Call::ServeStatic(call, [&](auto&&... arguments) -> R {
        R task = function_(static_cast<decltype(arguments)>(arguments)...);
        if (task && !task.done()) task.state()->AfterSettled([self = shared_from_this()] {});
        return task;
      });
    } else {
      Call::ServeStatic(call, [&](auto&&... arguments) -> R {
        return function_(static_cast<decltype(arguments)>(arguments)...);
      });
    }
  }

  const void* identity() const noexcept override { return IdentityOf(function_, this); }

 private:
  F function_;
};

template <class F, class Traits>
struct CallableOf {
  using Native = CallableNative<F, typename Traits::Result, typename Traits::Arguments>;

  static constexpr CallableOps kOps{
      Native::Call::kSignature, [](const void* callable) -> std::shared_ptr<NativeFunction> {
        if constexpr (std::is_pointer_v<F> || kIsStdFunction<F>) {
          if (!*static_cast<const F*>(callable)) return nullptr;
        }
        return std::make_shared<Native>(*static_cast<const F*>(callable));
      }};
};

/// A class with one call operator: a lambda, mostly. One with fields that can be seen is data.
template <class T>
concept CallableObject = std::is_class_v<T> &&(!std::is_aggregate_v<T> || std::is_empty_v<T>)&&  //
                         !kIsStdFunction<T> &&
                         !std::is_base_of_v<Value, T> && requires {
  &T::operator();
};

template <class T>
requires CallableObject<T>
struct InfoOf<T> {
  static constexpr TypeInfo Make() {
    static_assert(std::is_copy_constructible_v<T>,
                  "nodehost: a function object is copied into JavaScript; make it copyable, or "
                  "capture a std::shared_ptr");
    using Of = CallableOf<T, FunctionTraits<decltype(&T::operator())>>;
    return MakeInfo<T>(conversions::kCallable, &Of::kOps);
  }
};
template <class R, class... A>
struct InfoOf<R (*)(A...)> {
  static constexpr TypeInfo Make() {
    using F = R (*)(A...);
    return MakeInfo<F>(conversions::kCallable, &CallableOf<F, FunctionTraits<F>>::kOps);
  }
};

// One that is handed more than JavaScript's arguments is C++'s, and does not come from JavaScript.
template <class R, InjectedParameter I, class... A>
struct InfoOf<std::function<R(I, A...)>> {
  static constexpr TypeInfo Make() {
    using F = std::function<R(I, A...)>;
    using Of = CallableOf<F, FunctionTraits<R (*)(I, A...)>>;
    return MakeInfo<F>(conversions::kCallable, &Of::kOps);
  }
};

}  // namespace nodehost::detail
