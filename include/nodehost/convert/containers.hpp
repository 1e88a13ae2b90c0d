// Containers in JavaScript: Array, Set, plain object and Map, always copied; those of bytes are a
// Uint8Array (bytes.hpp). A container is known by what it can do, so that this header includes none
// of them, and other containers with the standard's members convert, too.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "nodehost/convert/bytes.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

/// Any other container of single values.
struct CollectionOps {
  std::size_t (*size)(const void* collection);
  void (*each)(const void* collection, Visitor visitor);
  void (*clear)(void* collection);
  /// Adds what `filler` fills in, unless it returns false.
  bool (*add)(void* collection, Filler filler);
};

struct MapOps {
  const TypeInfo* key;
  std::size_t (*size)(const void* map);
  void (*each)(const void* map, Visitor visitor);
  void (*clear)(void* map);
  bool (*add)(void* map, Filler filler);
};

namespace conversions {
extern NODEHOST_API const Conversion kSequence;  // std::vector, std::array: SequenceOps
extern NODEHOST_API const Conversion kList;      // other sequences: CollectionOps
extern NODEHOST_API const Conversion kSet;       // CollectionOps
extern NODEHOST_API const Conversion kRest;      // Rest: CollectionOps
extern NODEHOST_API const Conversion
    kRecord;                                // a map with std::string keys, a plain object: MapOps
extern NODEHOST_API const Conversion kMap;  // MapOps
}  // namespace conversions

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

template <class C>
consteval decltype(SequenceOps::assign) AssignBytesOf() {
  using Item = typename C::value_type;
  if constexpr (ByteType<Item> && requires(C & c, const Item* item) { c.assign(item, item); }) {
    return [](void* c, const void* bytes, std::size_t size) {
      const auto* const first = static_cast<const Item*>(bytes);
      static_cast<C*>(c)->assign(first, first + size);
    };
  } else {
    return nullptr;
  }
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
      kFixed, AssignBytesOf<C>()};
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

template <Contiguous C>
constexpr TypeInfo SequenceInfo() {
  using Item = typename C::value_type;
  return MakeInfo<C>(ByteType<Item> ? conversions::kBytesCopy : conversions::kSequence,
                     &SequenceOf<C>::kOps, ElementOf<Item>());
}

template <MapLike C>
constexpr TypeInfo MapInfo() {
  constexpr bool is_record = std::is_same_v<typename C::key_type, std::string>;
  return MakeInfo<C>(is_record ? conversions::kRecord : conversions::kMap, &MapOf<C>::kOps,
                     kTypeInfoOf<typename C::mapped_type>);
}

template <class C>
constexpr TypeInfo CollectionInfo(const Conversion& conversion) {
  return MakeInfo<C>(conversion, &CollectionOf<C>::kOps, kTypeInfoOf<typename C::value_type>);
}

}  // namespace nodehost::detail
