// The fields of a struct at compile time: how many, of which types, named how, and where they lie.
// Works on plain aggregates, and on any class that lists its fields with NODEHOST_FIELDS.
//
// Three known techniques, here in the smallest form that compiles fast:
// - how many: what `T{…}` accepts (Boost.PFR, by Antony Polukhin); in reflect_count.hpp;
// - which ones: structured bindings, one case a count (Boost.PFR, too); in reflect_bindings.hpp;
// - named how: the text the compiler prints for a template argument that points at the field
//   (Boost.PFR's core_name20, reflect-cpp's get_field_names).
// What is refused, and how a user gets by, is said by the static_asserts of reflect_count.hpp;
// bit-fields, references and anonymous unions are refused by the compiler's own words.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/detail/reflect_bindings.hpp"
#include "nodehost/detail/reflect_count.hpp"
#include "nodehost/fields.hpp"

namespace nodehost::detail {

// ---- Which ones ----

template <class T, class Fn, std::size_t... I>
constexpr decltype(auto) WithListedFields(T& object, Fn&& fn, std::index_sequence<I...>) {
  return fn(object.*(kFieldList<std::remove_const_t<T>>.template At<I>().member)...);
}

/// `fn(field, …)` with an lvalue for each field of `object`.
template <class T, class Fn>
constexpr decltype(auto) WithFields(T& object, Fn&& fn) {
  using Struct = std::remove_const_t<T>;
  if constexpr (HasFieldList<Struct>) {
    return WithListedFields(object, fn, std::make_index_sequence<kFieldCount<Struct>>());
  } else {
    return Bindings<kFieldCount<Struct>>::Apply(object, fn);
  }
}

template <class... Values>
using Slots = FieldSlots<std::index_sequence_for<Values...>, Values...>;

struct TypesOf {
  template <class... F>
  constexpr auto operator()(F&...) const {
    return Slots<std::type_identity<F>...>{};
  }
};

template <class T>
using FieldTypes = decltype(WithFields(std::declval<T&>(), TypesOf{}));

/// The declared type of the I-th field, const if it was declared so.
template <class T, std::size_t I>
using FieldType =
    typename std::remove_cvref_t<decltype(SlotAt<I>(std::declval<const FieldTypes<T>&>()))>::type;

template <class Fn, std::size_t... I>
struct Numbered {
  Fn& fn;
  constexpr Numbered(Fn& f, std::index_sequence<I...>) : fn(f) {}
  template <class... F>
  constexpr void operator()(F&... fields) const {
    (static_cast<void>(fn(std::integral_constant<std::size_t, I>(), fields)), ...);
  }
};

/// `fn(std::integral_constant<std::size_t, I>, field)` for each field of `object` in order.
template <class T, class Fn>
requires Reflectable<std::remove_const_t<T>>
constexpr void ForEachField(T& object, Fn&& fn) {
  constexpr std::make_index_sequence<kFieldCount<std::remove_const_t<T>>> indices;
  WithFields(object, Numbered(fn, indices));
}

// ---- Named how, and where ----

/// Room for a T that is never made: its fields have addresses, and no constructor has to run.
// PFR and reflect-cpp point into an extern object that no one defines. A defined one, with a T that
// is never alive, gives the same text, does for local types too, which may not be declared extern,
// and serves to measure offsets. It costs no start-up: constexpr is destroyed by no one.
template <class T>
union FieldStorage {
  char none;
  T value;
  constexpr FieldStorage() : none() {}
  constexpr ~FieldStorage() {}
};
#if defined(__clang__)  // Clang 14 does not take the union for a literal type
template <class T>
[[clang::no_destroy]] inline constinit const FieldStorage<T> kFieldStorage{};
#else
template <class T>
inline constexpr FieldStorage<T> kFieldStorage{};
#endif

// Not const, so that a bit-field is an error and not the address of a copy.
template <class T>
constexpr T& NeverMade() {
  return const_cast<T&>(kFieldStorage<T>.value);
}

struct RawText {  // not string_view: GCC would append what that typedef stands for
  const char* data;
  std::size_t size;
};
// A pointer to a part of an object may be a template argument since GCC 11 and Clang 18, and inside
// a structure since Clang 12 (PFR's clang_wrapper_t).
template <class F>
struct PointerArgument {
  F* pointer;
};
template <class F>
PointerArgument(F*) -> PointerArgument<F>;  // Clang deduces it by itself from version 17 on

template <PointerArgument Pointer>
consteval RawText PointerText() {
  return {__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1};
}

/// `RawText PointerText() [with auto Pointer = (& kFieldStorage<T>.….T::name)]`: the last word.
consteval std::string_view LastWord(RawText text) {
  constexpr auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t end = text.size;
  while (!in_word(text.data[end - 1])) --end;
  std::size_t begin = end;
  while (in_word(text.data[begin - 1])) --begin;
  return {text.data + begin, end - begin};
}

struct PointersTo {
  template <class... F>
  constexpr auto operator()(F&... fields) const {  // written out, GCC 12 fails to mangle the type
    return Slots<F*...>{{std::addressof(fields)}...};
  }
};
template <class T>
inline constexpr auto kFieldPointers = WithFields(NeverMade<T>(), PointersTo{});

/// The names copied one after the other, each with a NUL, so that the program carries them and not
/// the long texts they were cut from.
template <class T, std::size_t... I>
consteval auto MakeNamePool(std::index_sequence<I...>) {
  constexpr std::string_view names[] = {
      LastWord(PointerText<PointerArgument{SlotAt<I>(kFieldPointers<T>)}>())..., {}};
  constexpr std::size_t size = ((names[I].size() + 1) + ... + 0);
  std::array<char, size + 1> pool{};
  std::size_t at = 0;
  for (std::string_view name : names) {
    for (char c : name) pool[at++] = c;
    ++at;
  }
  return pool;
}
template <class T>
inline constexpr auto kNamePool = MakeNamePool<T>(std::make_index_sequence<kFieldCount<T>>());

template <class T, std::size_t... I>
consteval std::array<FieldSpec, sizeof...(I)> MakeFieldSpecs(std::index_sequence<I...>) {
  if constexpr (HasFieldList<T>) {
    return {kFieldList<T>.template At<I>().spec...};
  } else {
    std::array<FieldSpec, sizeof...(I)> specs{};
    const char* next = kNamePool<T>.data();
    for (FieldSpec& spec : specs) {
      spec.name = spec.js_name = next;
      next += spec.name.size() + 1;
    }
    return specs;
  }
}

/// For each field its names and attributes.
template <class T>
inline constexpr auto kFieldSpecs = MakeFieldSpecs<T>(std::make_index_sequence<kFieldCount<T>>());

template <class T, std::size_t... I>
consteval std::array<std::string_view, sizeof...(I)> MakeFieldNames(std::index_sequence<I...>) {
  return {kFieldSpecs<T>[I].name...};
}

/// The names of the fields as in the C++ source, each followed by a NUL. For the names JS uses, see
/// kFieldSpecs.
template <class T>
inline constexpr auto kFieldNames = MakeFieldNames<T>(std::make_index_sequence<kFieldCount<T>>());

struct OffsetsFrom {
  const void* object;
  template <class... F>
  std::array<std::size_t, sizeof...(F)> operator()(F&... fields) const {
    return {static_cast<std::size_t>(reinterpret_cast<const char*>(std::addressof(fields)) -
                                     static_cast<const char*>(object))...};
  }
};

/// The byte offset of each field in a T. Any thread. T needs no default constructor.
// A function, because no constant expression may subtract these pointers; optimised code holds the
// plain numbers.
template <class T>
const std::array<std::size_t, kFieldCount<T>>& FieldOffsets() {
  static const std::array<std::size_t, kFieldCount<T>> offsets =
      WithFields(NeverMade<T>(), OffsetsFrom{&kFieldStorage<T>});
  return offsets;
}

}  // namespace nodehost::detail
