// C++ callables behind a Method, a Constructor or a std::function, with their types.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/convert/decodable.hpp"
#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/tasks.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/class_instance.hpp"
#include "nodehost/detail/function_traits.hpp"
#include "nodehost/detail/injected.hpp"
#include "nodehost/detail/leaf_call.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

/// What an argument is kept in while C++ is called: for a view, what owns its text or numbers; for
/// an object of a described class, what keeps it alive.
template <class T>
struct StoredArgument {
  using Type = T;
};
template <>
struct StoredArgument<std::string_view> {
  using Type = std::string;
};
template <>
struct StoredArgument<const char*> {
  using Type = std::string;
};
template <>
struct StoredArgument<std::u16string_view> {
  using Type = std::u16string;
};
template <class T>
struct StoredArgument<std::span<T>> {
  using Type = std::vector<std::remove_cv_t<T>>;
};
template <class T, std::size_t N>
requires(N != std::dynamic_extent) struct StoredArgument<std::span<T, N>> {
  using Type = std::array<std::remove_cv_t<T>, N>;
};
template <Described T>
struct StoredArgument<T> {
  using Type = InstanceRef<T>;
};
template <class A>
using Stored = typename StoredArgument<std::remove_cvref_t<A>>::Type;

/// The kept argument as the parameter's type.
template <class A>
decltype(auto) Lend(Stored<A>& stored) {
  using T = std::remove_cvref_t<A>;
  if constexpr (Described<T>) {
    static_assert(!std::is_rvalue_reference_v<A>,
                  "nodehost: an object that is to be moved out of JavaScript is taken as a "
                  "std::unique_ptr");
    using Lent = std::conditional_t<std::is_reference_v<A>, A, const T&>;
    return static_cast<Lent>(*stored.object);
  } else if constexpr (std::is_same_v<T, Stored<A>>) {
    return static_cast<A&&>(stored);
  } else if constexpr (std::is_same_v<T, const char*>) {
    return stored.c_str();
  } else {
    return T(stored);
  }
}

/// Whether no parameter but the last takes the rest of the arguments.
template <class... A>
consteval bool RestIsLast() {
  constexpr bool takes_rest[] = {
      (kIsRest<std::remove_cvref_t<A>> || std::is_same_v<std::remove_cvref_t<A>, Arguments>)...,
      false};
  for (std::size_t i = 0; i + 1 < sizeof...(A); ++i) {
    if (takes_rest[i]) return false;
  }
  return true;
}

/// What the parameters of a function that JavaScript calls must be. Always true: what is wrong is a
/// static_assert.
template <class... A>
consteval bool CheckParameters() {
  static_assert(RestIsLast<A...>(),
                "nodehost: Rest is the last parameter, and so is Arguments: nothing is left for "
                "what stands behind it");
  static_assert((!InjectedParameter<A> && ...),
                "nodehost: a Js&, a This and an EnvironmentRef stand in front of JavaScript's "
                "arguments");
  return (CheckDecodable<Stored<A>>() && ...);
}

/// Whether it is a std::span that C++ may write to.
template <class T>
inline constexpr bool kIsWritableSpan = false;
template <class T, std::size_t N>
inline constexpr bool kIsWritableSpan<std::span<T, N>> = !std::is_const_v<T>;

template <class A>
void WriteBackSpan(NativeCall& call, std::size_t index, const Stored<A>& stored) {
  if constexpr (kIsWritableSpan<std::remove_cvref_t<A>>) {
    WriteBack(call, index, kTypeInfo<Stored<A>>, std::addressof(stored));
  }
}

/// `function(arguments…)` with the arguments of `call`, which must fit the types A. What C++ has
/// written to a std::span when it returns is then in the Array or TypedArray that JavaScript gave.
template <class... A, class F>
decltype(auto) WithArguments(NativeCall& call, F&& function) {
  static_assert(CheckParameters<A...>());
  std::tuple<Stored<A>...> values{};
  return std::apply(
      [&](auto&... stored) -> decltype(auto) {
        void* const pointers[] = {std::addressof(stored)..., nullptr};
        ReadArguments(call, SignatureOf<void, Stored<A>...>::kValue, pointers);
        if constexpr ((kIsWritableSpan<std::remove_cvref_t<A>> || ...)) {
          [[maybe_unused]] std::size_t index = 0;
          if constexpr (std::is_void_v<decltype(function(Lend<A>(stored)...))>) {
            function(Lend<A>(stored)...);
            (WriteBackSpan<A>(call, index++, stored), ...);
          } else {
            decltype(auto) result = function(Lend<A>(stored)...);
            (WriteBackSpan<A>(call, index++, stored), ...);
            return result;
          }
        } else {
          return function(Lend<A>(stored)...);
        }
      },
      values);
}

/// Calls a coroutine. It goes on after the call, and so keeps its arguments and `keeper`, the
/// object that it is a member of.
template <class R, class... A, class F, std::size_t... I>
void ServeTask(NativeCall& call, std::index_sequence<I...>, std::shared_ptr<void> keeper,
               F&& function) {
  static_assert(CheckParameters<A...>());
  static_assert(!(kIsWritableSpan<std::remove_cvref_t<A>> || ...),
                "nodehost: a coroutine goes on after the call that began it, and what it writes to "
                "a std::span would be lost; take a span of const, or nodehost::Shared");
  auto kept = std::make_shared<std::tuple<Stored<A>...>>();
  auto& values = *kept;
  void* const pointers[] = {std::addressof(std::get<I>(values))..., nullptr};
  ReadArguments(call, SignatureOf<R, Stored<A>...>::kValue, pointers);
  const R result = function(Lend<A>(std::get<I>(values))...);
  ReturnResult(call, kTypeInfo<std::remove_cv_t<R>>, std::addressof(result));
  if (result && !result.done()) {
    result.state()->OnSettled([kept, keeper = std::move(keeper)] {});
  }
}

template <class R, class... A>
class TypedNative : public NativeFunction {
 public:
  virtual R Call(A... arguments) = 0;

  void Serve(NativeCall& call) final {
    if constexpr (kIsTask<R>) {
      ServeTask<R, A...>(call, std::index_sequence_for<A...>(), shared_from_this(),
                         [&](auto&&... arguments) -> R {
                           return Call(static_cast<decltype(arguments)>(arguments)...);
                         });
    } else {
      WithArguments<A...>(call, [&](auto&&... arguments) {
        if constexpr (std::is_void_v<R>) {
          Call(static_cast<decltype(arguments)>(arguments)...);
        } else {
          R result = Call(static_cast<decltype(arguments)>(arguments)...);
          ReturnResult(call, kTypeInfo<std::remove_cv_t<R>>, std::addressof(result));
        }
      });
    }
  }
};

/// Whether a Leaf is of the signature `R(A…)`: how a type is handed over does not count.
template <class Leaf, class R, class Arguments, class... A>
inline constexpr bool kIsLeafOf = false;
template <class Leaf, class R, class... B, class... A>
inline constexpr bool kIsLeafOf<Leaf, R, Types<B...>, A...> =
    std::is_same_v<typename Leaf::Result, R>&&
        std::is_same_v<Types<std::remove_cvref_t<B>...>, Types<std::remove_cvref_t<A>...>>;

/// The function pointer that a std::function was made of; null for all other callables.
template <class R, class... A>
const void* PointerIn(const std::function<R(A...)>& function) noexcept {
  if (const auto* const pointer = function.template target<R (*)(A...)>()) {
    return reinterpret_cast<const void*>(*pointer);
  }
  const auto* const pointer = function.template target<R (*)(A...) noexcept>();
  return pointer ? reinterpret_cast<const void*>(*pointer) : nullptr;
}

/// NativeFunction::identity of what calls `function`, at `native`.
template <class F>
const void* IdentityOf(const F& function, const NativeFunction* native) noexcept {
  if constexpr (std::is_pointer_v<F>) {
    return reinterpret_cast<const void*>(function);
  } else if constexpr (kIsStdFunction<F>) {
    const void* const pointer = PointerIn(function);
    return pointer ? pointer : native;
  } else {
    return native;
  }
}

template <class F, class R, class... A>
class NativeOf final : public TypedNative<R, A...> {
 public:
  template <class G>
  explicit NativeOf(std::in_place_t, G&& function) : function_(std::forward<G>(function)) {}

  R Call(A... arguments) override {
    if constexpr (std::is_void_v<R>) {
      InvokeCallable(function_, std::forward<A>(arguments)...);
    } else {
      return InvokeCallable(function_, std::forward<A>(arguments)...);
    }
  }

  const void* identity() const noexcept override { return IdentityOf(function_, this); }

  const LeafInfo* leaf() const noexcept override {
    if constexpr (kIsLeaf<F>) {
      using Leaf = FunctionTraits<std::remove_const_t<decltype(F::kFunction)>>;
      static_assert(kIsLeafOf<Leaf, R, typename Leaf::Arguments, A...>,
                    "nodehost: a Leaf has the types of the Method it is given to");
      return LeafFunctionInfo<F::kFunction>();
    } else {
      return nullptr;
    }
  }

 private:
  F function_;
};

/// Null for a null pointer and an empty std::function.
template <class R, class... A, class F>
std::shared_ptr<NativeFunction> MakeNative(F&& function) {
  using Kept = std::decay_t<F>;
  // A function itself, which decays to a pointer, is never null, and GCC warns of who asks.
  constexpr bool kIsFunction = std::is_function_v<std::remove_reference_t<F>>;
  if constexpr ((std::is_pointer_v<Kept> && !kIsFunction) || kIsStdFunction<Kept>) {
    if (!function) return nullptr;
  }
  return std::make_shared<NativeOf<Kept, R, A...>>(std::in_place, std::forward<F>(function));
}

/// A callable that may implement `R(A...)`. `Self`, a Method, is callable too, and is excluded: it
/// is copied or moved instead.
template <class Self, class F, class R, class... A>
concept Implements =
    !std::same_as<std::remove_cvref_t<F>, Self> && std::is_invocable_r_v<R, std::decay_t<F>&, A...>;

}  // namespace nodehost::detail
