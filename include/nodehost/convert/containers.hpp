// Containers in JavaScript: Array, Set, plain object and Map, always copied. A std::span as an
// argument is a TypedArray for the time of the call: its numbers are copied in, what JavaScript has
// written is copied back, and then the view is of length 0; a span of const numbers, and one inside
// other data, is a plain copy. A container is known by what it can do, so that this header includes
// none of them, and other containers with the standard's members convert, too.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "nodehost/convert/numbers.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

template <class C>
concept Container = requires(C& c, const C& k) {
  typename C::value_type;
  { k.size() } -> std::convertible_to<std::size_t>;
  k.begin();
  k.end();
}
&&!requires { typename C::traits_type; };  // strings are not containers of characters here

template <class C>
concept MapLike = Container<C> && requires(C& c) {
  typename C::mapped_type;
  typename C::key_type;
  c.clear();
  c.emplace(std::declval<typename C::key_type>(), std::declval<typename C::mapped_type>()).second;
};

template <class C>
concept SetLike = Container<C> && requires(C& c, typename C::value_type v) {
  typename C::key_type;
  c.clear();
  c.insert(std::move(v)).second;
} && !requires {
  typename C::mapped_type;
};

/// Elements side by side: std::vector but for vector<bool>, std::array.
template <class C>
concept Contiguous = Container<C> && requires(const C& c) {
  { c.data() } -> std::same_as<const typename C::value_type*>;
};

template <class C>
concept ListLike = Container<C> && requires(C& c, typename C::value_type v) {
  c.clear();
  c.insert(c.end(), std::move(v));
} && !requires {
  typename C::mapped_type;
};

template <class T>
inline constexpr bool kIsSpan = false;
template <class T, std::size_t N>
inline constexpr bool kIsSpan<std::span<T, N>> = true;

template <class T>
concept ByteType = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::byte>;

/// What a JavaScript TypedArray may hold.
template <class T>
concept TypedArrayElement = Integer<T> || std::is_same_v<T, float> || std::is_same_v<T, double> ||
    std::is_same_v<T, std::byte>;

/// std::byte alone is an enum; in a container it is a byte.
template <class T>
inline constexpr TypeInfo kByteInfo = MakeInfo<T>(Kind::kUint8);

template <class C>
constexpr std::size_t SizeOf(const void* container) {
  return static_cast<const C*>(container)->size();
}

template <class C>
struct SequenceOf {
  static constexpr bool kFixed = !requires(C & c) { c.resize(std::size_t{}); };

  static constexpr SequenceOps kOps{
      &SizeOf<C>, [](const void* c) -> const void* { return static_cast<const C*>(c)->data(); },
      [](void* c, std::size_t size) -> void* {
        C& container = *static_cast<C*>(c);
        if constexpr (kFixed) {
          if (size != container.size()) return nullptr;
        } else if constexpr (std::default_initializable<typename C::value_type>) {
          container.resize(size);
        }
        return container.data();
      },
      kFixed};
};

template <class C>
struct SpanOf {
  static constexpr SequenceOps kOps{
      &SizeOf<C>, [](const void* c) -> const void* { return static_cast<const C*>(c)->data(); },
      nullptr, std::is_const_v<typename C::element_type>};
};

template <class C>
struct CollectionOf {
  using Item = typename C::value_type;

  static constexpr CollectionOps kOps{
      &SizeOf<C>,
      [](const void* c, Visitor visitor) {
        for (const Item& item : *static_cast<const C*>(c)) {
          visitor.visit(visitor.context, std::addressof(item), nullptr);
        }
      },
      [](void* c) { static_cast<C*>(c)->clear(); },
      [](void* c, Filler filler) {
        if constexpr (std::default_initializable<Item>) {
          Item item{};
          if (!filler.fill(filler.context, std::addressof(item), nullptr)) return false;
          C& collection = *static_cast<C*>(c);
          collection.insert(collection.end(), std::move(item));
        }
        return true;
      }};
};

template <class C>
struct MapOf {
  using Key = typename C::key_type;
  using Mapped = typename C::mapped_type;

  static constexpr MapOps kOps{
      kTypeInfoOf<Key>, &SizeOf<C>,
      [](const void* c, Visitor visitor) {
        for (const auto& entry : *static_cast<const C*>(c)) {
          visitor.visit(visitor.context, std::addressof(entry.first), std::addressof(entry.second));
        }
      },
      [](void* c) { static_cast<C*>(c)->clear(); },
      [](void* c, Filler filler) {
        if constexpr (std::default_initializable<Key> && std::default_initializable<Mapped>) {
          Key key{};
          Mapped mapped{};
          if (!filler.fill(filler.context, std::addressof(key), std::addressof(mapped))) {
            return false;
          }
          static_cast<C*>(c)->emplace(std::move(key), std::move(mapped));
        }
        return true;
      }};
};

template <class T>
constexpr const TypeInfo* ElementOf() {
  if constexpr (std::is_same_v<T, std::byte>) {
    return &kByteInfo<T>;
  } else {
    return kTypeInfoOf<T>;
  }
}

template <Contiguous C>
constexpr TypeInfo SequenceInfo() {
  using Item = typename C::value_type;
  return MakeInfo<C>(ByteType<Item> ? Kind::kBytesCopy : Kind::kSequence, &SequenceOf<C>::kOps,
                     ElementOf<Item>());
}

template <class C>
constexpr TypeInfo SpanInfo() {
  using Item = std::remove_cv_t<typename C::element_type>;
  static_assert(TypedArrayElement<Item>,
                "nodehost: a std::span is a TypedArray in JavaScript, so it holds numbers; use "
                "std::vector for anything else");
  return MakeInfo<C>(Kind::kSpan, &SpanOf<C>::kOps, ElementOf<Item>());
}

template <MapLike C>
constexpr TypeInfo MapInfo() {
  constexpr bool is_record = std::is_same_v<typename C::key_type, std::string>;
  return MakeInfo<C>(is_record ? Kind::kRecord : Kind::kMap, &MapOf<C>::kOps,
                     kTypeInfoOf<typename C::mapped_type>);
}

template <class C>
constexpr TypeInfo CollectionInfo(Kind kind) {
  return MakeInfo<C>(kind, &CollectionOf<C>::kOps, kTypeInfoOf<typename C::value_type>);
}

}  // namespace nodehost::detail
