// LeafCall: the function that optimised JavaScript calls in the place of a Leaf: it takes what V8
// hands over as it is, and leaves all that does not fit to the ordinary path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/function_traits.hpp"
#include "nodehost/detail/injected.hpp"
#include "nodehost/detail/leaf_info.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

/// What Leaf<Function> is: a callable without state, whose type says which function it is.
template <auto Function>
struct LeafOf {
  static constexpr auto kFunction = Function;

  template <class... A>
  decltype(auto) operator()(
      A&&... arguments) const requires std::is_invocable_v<decltype(Function), A...> {
    return InvokeCallable(Function, std::forward<A>(arguments)...);
  }
};

template <class F>
inline constexpr bool kIsLeaf = false;
template <auto Function>
inline constexpr bool kIsLeaf<LeafOf<Function>> = true;
template <auto Function>
inline constexpr bool kIsLeaf<const LeafOf<Function>> = true;  // as a template argument

template <class T>
inline constexpr bool kIsLeafInteger =
    std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t> ||
    std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::uint8_t> ||
    std::is_same_v<T, std::uint16_t> || std::is_same_v<T, std::uint32_t>;

/// How a parameter arrives (`Wire`), and what is read off it (`Kept`); `Read` is false if it does
/// not fit.
template <class T>
struct LeafParameter {
  static_assert(!InjectedParameter<T>,
                "nodehost: a Leaf calls no JavaScript, and takes no Js&, This or EnvironmentRef; "
                "leave Leaf away");
  static_assert(InjectedParameter<T>,
                "nodehost: a Leaf takes bool, numbers of up to 32 bits, float, double, "
                "std::string_view, std::string, and std::span of const numbers; leave Leaf away "
                "for a function of other types");
};
// V8 would cut off what an integer cannot hold; as a double the number arrives as it is.
template <class T>
requires kIsLeafInteger<T>
struct LeafParameter<T> {
  using Wire = double;
  using Kept = T;
  static constexpr LeafType kType = LeafType::kDouble;
  static bool Read(double wire, T& kept) noexcept {
    // Written so that NaN is refused too.
    if (!(wire >= static_cast<double>(std::numeric_limits<T>::min()) &&
          wire <= static_cast<double>(std::numeric_limits<T>::max()))) {
      return false;
    }
    kept = static_cast<T>(wire);
    return static_cast<double>(kept) == wire;
  }
};
template <class T>
requires std::is_floating_point_v<T> &&(sizeof(T) <= sizeof(double)) struct LeafParameter<T> {
  using Wire = double;
  using Kept = T;
  static constexpr LeafType kType = LeafType::kDouble;
  static bool Read(double wire, T& kept) noexcept {
    if constexpr (sizeof(T) < sizeof(double)) {
      // The first number that rounds beyond the range of a float; infinity is in it.
      constexpr double kFirstBeyond = 0x1.ffffffp127;
      const double size = wire < 0 ? -wire : wire;
      if (size >= kFirstBeyond && size <= std::numeric_limits<double>::max()) return false;
    }
    kept = static_cast<T>(wire);
    return true;
  }
};
// A parameter of type bool would take any value by its truth.
template <>
struct LeafParameter<bool> {
  using Wire = void*;
  using Kept = bool;
  static constexpr LeafType kType = LeafType::kValue;
  static bool Read(void* wire, bool& kept) noexcept { return LeafBool(wire, kept); }
};
template <class T>
requires std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>  //
struct LeafParameter<T> {
  using Wire = const LeafText&;
  using Kept = T;
  static constexpr LeafType kType = LeafType::kText;
  static bool Read(const LeafText& wire, T& kept) {
    // What is not ASCII has other bytes in UTF-8.
    constexpr std::uint64_t kHigh = 0x8080808080808080;
    std::uint64_t found = 0;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= wire.size; at += sizeof word) {
      std::memcpy(&word, wire.data + at, sizeof word);
      found |= word;
    }
    for (; at < wire.size; ++at) found |= static_cast<unsigned char>(wire.data[at]);
    if (found & kHigh) return false;
    kept = T(wire.data, wire.size);
    return true;
  }
};

template <class T>
inline constexpr LeafType kLeafNumbers = LeafType::kVoid;
template <>
inline constexpr LeafType kLeafNumbers<std::uint8_t> = LeafType::kUint8s;
template <>
inline constexpr LeafType kLeafNumbers<std::int32_t> = LeafType::kInt32s;
template <>
inline constexpr LeafType kLeafNumbers<std::uint32_t> = LeafType::kUint32s;
template <>
inline constexpr LeafType kLeafNumbers<float> = LeafType::kFloats;
template <>
inline constexpr LeafType kLeafNumbers<double> = LeafType::kDoubles;

template <class T>
requires(kLeafNumbers<T> != LeafType::kVoid) struct LeafParameter<std::span<const T>> {
  using Wire = const LeafNumbers&;
  using Kept = std::span<const T>;
  static constexpr LeafType kType = kLeafNumbers<T>;
  static bool Read(const LeafNumbers& wire, Kept& kept) noexcept {
    if (reinterpret_cast<std::uintptr_t>(wire.data) % alignof(T) != 0) return false;
    kept = Kept(static_cast<const T*>(wire.data), wire.size);
    return true;
  }
};

template <class R>
struct LeafResult {
  static_assert(kAlwaysFalse<R>,
                "nodehost: a Leaf returns void, bool, a number of up to 32 bits, float or double; "
                "leave Leaf away for a function of another type");
};
template <>
struct LeafResult<void> {
  using Wire = void;
  static constexpr LeafType kType = LeafType::kVoid;
};
template <>
struct LeafResult<bool> {
  using Wire = bool;
  static constexpr LeafType kType = LeafType::kBool;
};
template <class R>
requires kIsLeafInteger<R>
struct LeafResult<R> {
  static constexpr bool kUnsigned = std::is_same_v<R, std::uint32_t>;
  using Wire = std::conditional_t<kUnsigned, std::uint32_t, std::int32_t>;
  static constexpr LeafType kType = kUnsigned ? LeafType::kUint32 : LeafType::kInt32;
};
template <class R>
requires std::is_floating_point_v<R>
struct LeafResult<R> {
  using Wire = double;
  static constexpr LeafType kType = LeafType::kDouble;
};

/// The kept argument as the parameter's type.
template <class A, class Kept>
decltype(auto) LendLeaf(Kept& kept) noexcept {
  static_assert(!std::is_lvalue_reference_v<A> || std::is_const_v<std::remove_reference_t<A>>,
                "nodehost: a Leaf takes its arguments by value or by const reference");
  if constexpr (std::is_reference_v<A>) {
    return static_cast<A>(kept);
  } else {
    return std::move(kept);
  }
}

/// `Function` called by JavaScript: with an object of class T first where T is not void.
template <auto Function, class T, class R, class Arguments>
struct LeafCall;
template <auto Function, class T, class R, class... A>
struct LeafCall<Function, T, R, Types<A...>> {
  template <class P>
  using Parameter = LeafParameter<std::remove_cvref_t<P>>;
  using Wire = typename LeafResult<R>::Wire;

  static Wire Call(void* receiver, typename Parameter<A>::Wire... wires, void* options) {
    return CallWith(std::index_sequence_for<A...>(), receiver, wires..., options);
  }
  /// Any numbers do, and nothing is thrown: V8 then has nothing to prepare and to look at.
  static Wire CallAlways(void*, typename Parameter<A>::Wire... wires) noexcept {
    return static_cast<Wire>(InvokeCallable(Function, wires...));
  }
  static constexpr bool kMayFallBack =
      !(std::is_void_v<T> && (std::is_same_v<std::remove_cvref_t<A>, double> && ...) &&
        std::is_nothrow_invocable_v<decltype(Function), typename Parameter<A>::Wire...>);
  static const void* Address() noexcept {
    if constexpr (kMayFallBack) {
      return reinterpret_cast<const void*>(&Call);
    } else {
      return reinterpret_cast<const void*>(&CallAlways);
    }
  }

  static constexpr LeafType kTypes[] = {Parameter<A>::kType..., LeafType::kVoid};
  static const LeafInfo* Info() noexcept {
    static const LeafInfo info{Address(), LeafResult<R>::kType, kTypes, sizeof...(A), kMayFallBack};
    return &info;
  }

 private:
  template <std::size_t... I>
  static Wire CallWith(std::index_sequence<I...>, [[maybe_unused]] void* receiver,
                       typename Parameter<A>::Wire... wires, void* options) {
    try {
      std::tuple<typename Parameter<A>::Kept...> kept;
      void* object = nullptr;
      if constexpr (!std::is_void_v<T>) {
        object = LeafObject(receiver, known_class<T>.load(std::memory_order_acquire));
      }
      if ((std::is_void_v<T> || object) && (Parameter<A>::Read(wires, std::get<I>(kept)) && ...))
          [[likely]] {
        if constexpr (std::is_void_v<T>) {
          return static_cast<Wire>(InvokeCallable(Function, LendLeaf<A>(std::get<I>(kept))...));
        } else {
          return static_cast<Wire>(InvokeCallable(Function, *static_cast<T*>(object),
                                                  LendLeaf<A>(std::get<I>(kept))...));
        }
      }
      LeafFallBack(options);
    } catch (...) {
      LeafCarryOut(options);
    }
    return Wire();
  }
};

/// Of a Leaf without an object.
template <auto Function>
const LeafInfo* LeafFunctionInfo() noexcept {
  using Traits = FunctionTraits<decltype(Function)>;
  static_assert(std::is_void_v<typename Traits::Object>,
                "nodehost: a Leaf of a member function is a method of a Class");
  return LeafCall<Function, void, typename Traits::Result, typename Traits::Arguments>::Info();
}

/// Of a Leaf as a method of T: a member function, or a function whose first parameter is a T&.
template <auto Function, class T, class Traits, class Arguments>
struct LeafMethod {
  using Call = LeafCall<Function, T, typename Traits::Result, Arguments>;
};
template <auto Function, class T, class Traits, class Self, class... A>
requires std::is_void_v<typename Traits::Object>
struct LeafMethod<Function, T, Traits, Types<Self, A...>> {
  using Call = LeafCall<Function, T, typename Traits::Result, Types<A...>>;
};
template <auto Function, class T>
const LeafInfo* LeafMethodInfo() noexcept {
  using Traits = FunctionTraits<decltype(Function)>;
  return LeafMethod<Function, T, Traits, typename Traits::Arguments>::Call::Info();
}

}  // namespace nodehost::detail
