// How many fields a struct has, or why it is refused; private to reflect.hpp.
//
// The answer is what `T{…}` accepts, as in Boost.PFR (Antony Polukhin), but asked with `{}` for
// each field wherever that will do: it costs no overload resolution, and it takes a C array for
// one.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "nodehost/detail/reflect_bindings.hpp"
#include "nodehost/fields.hpp"

namespace nodehost::detail {

/// The friend that reads a private field list.
struct FieldAccess {
  /// False for a list that was inherited: it names the fields of the base class alone.
  template <class T>
  static consteval bool Has() {
    if constexpr (requires { typename decltype(T::NodehostFields())::Owner; }) {
      return std::is_same_v<typename decltype(T::NodehostFields())::Owner, T>;
    } else {
      return false;
    }
  }
  template <class T>
  static consteval auto List() {
    return T::NodehostFields();
  }
};

/// The type lists its fields with NODEHOST_FIELDS.
template <class T>
concept HasFieldList = std::is_class_v<T> && FieldAccess::Has<T>();

template <HasFieldList T>
inline constexpr auto kFieldList = FieldAccess::List<T>();

/// Strings, containers and tuples are values of their own kinds, even where they are aggregates.
template <class T>
concept RangeOrTuple = requires(T& t) {
  t.begin();
  t.end();
}
|| requires { std::tuple_size<T>::value; };

/// A struct whose fields can be listed. Stays true of a struct that is refused for a reason its
/// author should read (a base class, 65 fields): kFieldCount then says it.
template <class T>
concept Reflectable = HasFieldList<T> ||
    (std::is_class_v<T>&& std::is_aggregate_v<T> && !RangeOrTuple<T>);

// Turns into a field of any type; only named in unevaluated code. Never into T itself, or T{x}
// would be a copy. It is const so that where a field has a converting constructor as well
// (std::optional from U&&), that one is the better match and nothing is ambiguous. The bodies are
// never run; Clang warns where there are none.
template <class T>
struct AnyField {
  template <class F>
  requires(!std::is_same_v<F, T>) operator F() const noexcept { __builtin_unreachable(); }
};
template <class T>
struct AnyBase {
  template <class B>
  requires(std::is_base_of_v<B, T> && !std::is_same_v<B, T>) operator B() const noexcept {
    __builtin_unreachable();
  }
};
struct NoField {};

template <class T, std::size_t>
using AnyFieldAt = AnyField<T>;

template <class T, class... First, std::size_t... I>
consteval bool TakesAny(std::index_sequence<I...>) {
  return requires { T{First{}..., AnyFieldAt<T, I>{}...}; };
}
template <class T, std::size_t... I, std::size_t... J>
consteval bool TakesBracesBetween(std::index_sequence<I...>, std::index_sequence<J...>) {
  return requires { T{AnyFieldAt<T, I>{}..., {}, AnyFieldAt<T, J>{}...}; };
}

/// The most braces `T{{}, …}` takes: N is possible if Good and not if Bad.
// `{}` for each field rather than AnyField: no overload resolution over the constructors of every
// field, and a C array counts once where AnyField would count its elements.
template <class T, std::size_t Good = 0, std::size_t Bad = kMaxFields + 2>
consteval std::size_t CountBraces() {
  if constexpr (Bad - Good == 1) {
    return Good;
  } else {
    constexpr std::size_t middle = Bad > kMaxFields && Good < 16 ? Good + 8 : (Good + Bad) / 2;
    if constexpr (Braces<middle>::template Make<T>()) {
      return CountBraces<T, middle, Bad>();
    } else {
      return CountBraces<T, Good, middle>();
    }
  }
}

inline constexpr std::size_t kUnknownCount = 1000;

/// The most AnyFields T takes. For a struct that cannot be made from `{}` the possible counts start
/// anywhere and end at the answer, hence one by one.
template <class T, std::size_t N = 0, bool Started = false>
consteval std::size_t CountAny() {
  if constexpr (N > kMaxFields + 1) {
    return Started ? kMaxFields + 1 : kUnknownCount;
  } else if constexpr (TakesAny<T>(std::make_index_sequence<N>())) {
    return CountAny<T, N + 1, true>();
  } else if constexpr (Started) {
    return N - 1;
  } else {
    return CountAny<T, N + 1, false>();
  }
}

/// Whether the I-th of N AnyFields began a C array: `{}` in its place is the whole array, and
/// leaves room for fewer.
template <class T, std::size_t N, std::size_t I, std::size_t Rest = 0>
consteval bool IsArrayAt() {
  constexpr std::make_index_sequence<I> before;
  if constexpr (Rest == 0 && TakesBracesBetween<T>(before, std::make_index_sequence<N - I - 1>())) {
    return false;
  } else if constexpr (Rest + 1 >= N - I) {
    return false;
  } else if constexpr (TakesBracesBetween<T>(before, std::make_index_sequence<Rest>())) {
    return true;
  } else {
    return IsArrayAt<T, N, I, Rest + 1>();
  }
}
template <class T, std::size_t... I>
consteval bool HasArray(std::index_sequence<I...>) {
  return (IsArrayAt<T, sizeof...(I), I>() || ...);
}

/// Whether `{}` alone counts all fields: T can be made from `{}`, and after the last field that can
/// be too there is none that only AnyField reaches.
template <class T>
consteval bool BracesCountAll() {
  if constexpr (Braces<0>::template Make<T>()) {
    constexpr std::size_t count = CountBraces<T>();
    if constexpr (count <= kMaxFields) return !Braces<count>::template Make<T, AnyField<T>>();
    return true;
  } else {
    return false;
  }
}

template <class T, bool by_braces>
consteval std::size_t CountUnchecked() {
  if constexpr (by_braces) {
    return CountBraces<T>();
  } else {
    return CountAny<T>();
  }
}

/// Why the fields of an aggregate cannot be told apart.
enum class FieldTrouble { kNone, kUncountable, kTooMany, kBase, kArray };

template <class T, bool by_braces>
consteval FieldTrouble FindTrouble() {
  constexpr std::size_t count = CountUnchecked<T, by_braces>();
  if constexpr (count == kUnknownCount) {
    return FieldTrouble::kUncountable;
  } else if constexpr (count > kMaxFields) {
    return FieldTrouble::kTooMany;
  } else {
    constexpr std::make_index_sequence<by_braces || count == 0 ? 0 : count - 1> rest;
    if (TakesAny<T, AnyBase<T>>(rest) && !TakesAny<T, NoField>(rest)) return FieldTrouble::kBase;
    constexpr bool has_array = HasArray<T>(std::make_index_sequence < by_braces ? 0 : count > ());
    return has_array ? FieldTrouble::kArray : FieldTrouble::kNone;
  }
}

template <class T>
consteval FieldTrouble TroubleOf() {
  if constexpr (HasFieldList<T>) {
    return FieldTrouble::kNone;
  } else {
    return FindTrouble<T, BracesCountAll<T>()>();
  }
}

template <class T, bool by_braces>
consteval std::size_t CountPlainFields() {
  constexpr FieldTrouble trouble = TroubleOf<T>();
  static_assert(trouble != FieldTrouble::kUncountable,
                "nodehost: the fields of this struct cannot be counted (is there a reference, or a "
                "type that converts from anything?); list them with NODEHOST_FIELDS");
  static_assert(trouble != FieldTrouble::kTooMany,
                "nodehost: a struct has at most 64 fields; nest structs instead. (In a struct that "
                "cannot be made from {}, each element of a C array counts.)");
  static_assert(trouble != FieldTrouble::kBase,
                "nodehost: the fields of a struct with a base class cannot be told apart; list "
                "them with NODEHOST_FIELDS(Type, field, ...) in the struct");
  static_assert(trouble != FieldTrouble::kArray,
                "nodehost: this struct has a C array beside a field without default constructor; "
                "use std::array, or list the fields with NODEHOST_FIELDS");
  if constexpr (trouble != FieldTrouble::kNone) {
    return 0;  // one message is enough
  } else {
    return CountUnchecked<T, by_braces>();
  }
}

template <class T>
consteval std::size_t CountFields() {
  if constexpr (HasFieldList<T>) {
    static_assert(kFieldList<T>.AllNamed(), "nodehost: a JsName must not be empty");
    static_assert(kFieldList<T>.NamesDiffer(),
                  "nodehost: two fields of this struct have the same name in JavaScript; give one "
                  "of them another JsName");
    return kFieldList<T>.kSize;
  } else {
    return CountPlainFields<T, BracesCountAll<T>()>();
  }
}

/// How many fields a Reflectable type has. Ignored ones do not count, here and below.
template <class T>
inline constexpr std::size_t kFieldCount = CountFields<T>();

}  // namespace nodehost::detail
