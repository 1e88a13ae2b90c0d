// Bound: a member, or a function, of a described class as one that JavaScript calls; its name and
// its signature are read off the pointer at compile time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/function_traits.hpp"
#include "nodehost/detail/injected.hpp"
#include "nodehost/detail/leaf_call.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/detail/reflect.hpp"

namespace nodehost::detail {

template <auto Pointer>
consteval RawText PointerName() {
  return {__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1};
}

/// "Increment" for &Counter::Increment; what is in a template's brackets is no name.
template <auto Pointer>
consteval std::string_view NameOfPointer() {
  if constexpr (kIsLeaf<decltype(Pointer)>) {
    return NameOfPointer<decltype(Pointer)::kFunction>();
  } else {
    return LastWord(PointerName<Pointer>());
  }
}

/// A callable without state: a lambda that captures nothing.
template <class F>
concept Stateless = std::is_empty_v<F> && std::is_default_constructible_v<F> && requires {
  &F::operator();
};
template <class F>
using LambdaTraits = FunctionTraits<decltype(&F::operator())>;

/// The result of a method: the object itself where the method returns a reference to it.
template <class R, class Get>
void ReturnFrom(NativeCall& call, const void* self, Get&& get) {
  using Kept = std::remove_cvref_t<R>;
  if constexpr (std::is_void_v<R>) {
    get();
  } else if constexpr (std::is_lvalue_reference_v<R> && Described<Kept>) {
    R result = get();
    if (std::addressof(result) == self) {
      ReturnThis(call);
    } else {
      ReturnResult(call, kTypeInfo<Kept>, std::addressof(result));
    }
  } else {
    static_assert(!std::is_pointer_v<Kept> || std::is_same_v<Kept, const char*>,
                  "nodehost: a raw pointer does not cross into JavaScript, because nobody would "
                  "know who owns what it points at; return a reference, a std::shared_ptr or a "
                  "std::unique_ptr");
    auto&& result = get();
    ReturnResult(call, kTypeInfo<Kept>, std::addressof(result));
  }
}

/// `call` served by `function(self, arguments…)`, whose parameters after the first are A.
template <class T, class R, class Arguments>
struct Bound;
template <class T, class R, class... A>
struct Bound<T, R, Types<A...>> {
  static constexpr const Signature* kSignature = &SignatureOf<R, Stored<A>...>::kValue;

  template <class F>
  static void Serve(NativeCall& call, void* self, F&& function) {
    if constexpr (kIsTask<std::remove_cvref_t<R>>) {
      ServeTask<R, A...>(
          call, std::index_sequence_for<A...>(), ThisOf(call), [&](auto&&... arguments) -> R {
            return function(*static_cast<T*>(self), static_cast<decltype(arguments)>(arguments)...);
          });
      return;
    } else {
      WithArguments<A...>(call, [&](auto&&... arguments) {
        ReturnFrom<R>(call, self, [&]() -> R {
          return function(*static_cast<T*>(self), static_cast<decltype(arguments)>(arguments)...);
        });
      });
    }
  }

  template <class F>
  static void ServeStatic(NativeCall& call, F&& function) {
    if constexpr (kIsTask<std::remove_cvref_t<R>>) {
      ServeTask<R, A...>(call, std::index_sequence_for<A...>(), nullptr, function);
      return;
    } else {
      WithArguments<A...>(call, [&](auto&&... arguments) {
        ReturnFrom<R>(call, nullptr, [&]() -> R {
          return function(static_cast<decltype(arguments)>(arguments)...);
        });
      });
    }
  }
};
// JavaScript's arguments begin behind what is injected.
template <class T, class R, InjectedParameter I, class... A>
struct Bound<T, R, Types<I, A...>> {
  using What = std::remove_cvref_t<I>;
  static_assert(!kIsTask<std::remove_cvref_t<R>> || !std::is_reference_v<I> ||
                    std::is_same_v<What, Js>,
                "nodehost: a coroutine goes on after the call that began it, so it takes a This or "
                "an EnvironmentRef by value");
  using Rest = Bound<T, R, Types<A...>>;
  static constexpr const Signature* kSignature = Rest::kSignature;

  template <class F>
  static void Serve(NativeCall& call, void* self, F&& function) {
    Rest::Serve(call, self, [&](T& object, auto&&... arguments) -> R {
      return function(object, Injected<What>::Of(call),
                      static_cast<decltype(arguments)>(arguments)...);
    });
  }
  template <class F>
  static void ServeStatic(NativeCall& call, F&& function) {
    Rest::ServeStatic(call, [&](auto&&... arguments) -> R {
      return function(Injected<What>::Of(call), static_cast<decltype(arguments)>(arguments)...);
    });
  }
};

/// Makes an object for JavaScript by a function of these parameters.
template <class Arguments>
struct Making;
template <class... A>
struct Making<Types<A...>> {
  static constexpr const Signature* kSignature = &SignatureOf<void, Stored<A>...>::kValue;

  template <class F>
  static Made Make(NativeCall& call, F&& function) {
    return WithArguments<A...>(call, function);
  }
};
template <InjectedParameter I, class... A>
struct Making<Types<I, A...>> {
  using What = std::remove_cvref_t<I>;
  static_assert(!std::is_same_v<What, This>,
                "nodehost: a constructor takes no This: the JavaScript object holds nothing before "
                "it has returned");
  using Rest = Making<Types<A...>>;
  static constexpr const Signature* kSignature = Rest::kSignature;

  template <class F>
  static Made Make(NativeCall& call, F&& function) {
    return Rest::Make(call, [&](auto&&... arguments) -> Made {
      return function(Injected<What>::Of(call), static_cast<decltype(arguments)>(arguments)...);
    });
  }
};

/// A pointer to a member function of T, or to a function whose first parameter is a T&, as a
/// method.
template <class T, auto Function, class Traits, class Arguments>
struct MethodBinding;
template <class T, auto Function, class Traits, class... A>
requires(!std::is_void_v<typename Traits::Object>)  //
    struct MethodBinding<T, Function, Traits, Types<A...>> {
  using Call = Bound<T, typename Traits::Result, Types<A...>>;
  static Overload Make() {
    return {Call::kSignature, [](NativeCall& call, void* self) {
              Call::Serve(call, self, [](T& object, auto&&... arguments) -> decltype(auto) {
                return (object.*Function)(static_cast<decltype(arguments)>(arguments)...);
              });
            }};
  }
};
template <class T, auto Function, class Traits, class Self, class... A>
requires(std::is_void_v<typename Traits::Object>)  //
    struct MethodBinding<T, Function, Traits, Types<Self, A...>> {
  static_assert(std::is_convertible_v<T&, Self>,
                "nodehost: a function that is to be a method takes the object as its first "
                "parameter");
  using Call = Bound<T, typename Traits::Result, Types<A...>>;
  static Overload Make() {
    return {Call::kSignature, [](NativeCall& call, void* self) {
              Call::Serve(call, self, [](T& object, auto&&... arguments) -> decltype(auto) {
                return Function(object, static_cast<decltype(arguments)>(arguments)...);
              });
            }};
  }
};
template <class T, auto Function>
struct MethodOf : MethodBinding<T, Function, FunctionTraits<decltype(Function)>,
                                typename FunctionTraits<decltype(Function)>::Arguments> {};
template <class T, auto Function>
requires kIsLeaf<decltype(Function)>
struct MethodOf<T, Function> {
  static Overload Make() {
    constexpr auto kFunction = decltype(Function)::kFunction;
    Overload overload = MethodOf<T, kFunction>::Make();
    overload.leaf = LeafMethodInfo<kFunction, T>();
    return overload;
  }
};

/// A lambda without captures as a method.
template <class T, class F, class Arguments>
struct LambdaBinding;
template <class T, class F, class Self, class... A>
struct LambdaBinding<T, F, Types<Self, A...>> {
  static_assert(std::is_convertible_v<T&, Self>,
                "nodehost: a function that is to be a method takes the object as its first "
                "parameter");
  using Call = Bound<T, typename LambdaTraits<F>::Result, Types<A...>>;
  static Overload Make() {
    return {Call::kSignature, [](NativeCall& call, void* self) {
              Call::Serve(call, self, [](T& object, auto&&... arguments) -> decltype(auto) {
                return F()(object, static_cast<decltype(arguments)>(arguments)...);
              });
            }};
  }
};
template <class T, class F>
using LambdaMethodOf = LambdaBinding<T, F, typename LambdaTraits<F>::Arguments>;

/// A function as a static method.
template <auto Function>
Overload StaticOf() {
  if constexpr (kIsLeaf<decltype(Function)>) {
    constexpr auto kFunction = decltype(Function)::kFunction;
    Overload overload = StaticOf<kFunction>();
    overload.leaf = LeafFunctionInfo<kFunction>();
    return overload;
  } else {
    using Traits = FunctionTraits<decltype(Function)>;
    using Call = Bound<void, typename Traits::Result, typename Traits::Arguments>;
    return {Call::kSignature, [](NativeCall& call, void*) {
              Call::ServeStatic(call, [](auto&&... arguments) -> decltype(auto) {
                return Function(static_cast<decltype(arguments)>(arguments)...);
              });
            }};
  }
}

/// What reads and writes a variable: a data member of T, or a static one where T is void.
template <class V, class T, auto Variable>
struct VariableBinding {
  using Kept = std::remove_cv_t<V>;

  static V& At(void* self) {
    if constexpr (std::is_void_v<T>) {
      return *Variable;
    } else {
      return static_cast<T*>(self)->*Variable;
    }
  }
  static Overload Get() {
    return {&SignatureOf<Kept>::kValue, [](NativeCall& call, void* self) {
              ReturnResult(call, kTypeInfo<Kept>, std::addressof(At(self)));
            }};
  }
  static Overload Set() {
    if constexpr (std::is_const_v<V>) {
      return {};
    } else {
      return {&SignatureOf<void, Kept>::kValue, [](NativeCall& call, void* self) {
                static_assert(CheckDecodable<Kept>());
                // Read first, so that what is refused changes nothing.
                Kept value{};
                void* const pointers[] = {std::addressof(value)};
                ReadArguments(call, SignatureOf<void, Kept>::kValue, pointers);
                At(self) = std::move(value);
              }};
    }
  }
};

}  // namespace nodehost::detail
