// The fields of a struct or class, spelled out: NODEHOST_FIELDS and the attributes of a field.
// Plain structs need none of this, they are reflected as they are (detail/reflect.hpp); list the
// fields when one needs an attribute or when the type is no plain struct.
//
//     struct Track {
//       std::string name;
//       std::vector<Point> points;
//       int retries = 3;
//       std::optional<std::string> note;
//       std::FILE* log = nullptr;
//       NODEHOST_FIELDS(Track, name,
//                       (points, nh::JsName("pts")),   // JS says pts
//                       (retries, nh::kOptional),      // missing in JS: stays 3
//                       (note, nh::kKeepEmpty),        // empty: undefined, instead of missing
//                       (log, nh::kIgnored))           // never crosses
//     };
//
// It stands inside the class body, anywhere, so that it sees private members, works in local and
// templated types (`NODEHOST_FIELDS(Box, value)` in `template <class T> struct Box`) and cannot be
// missing from one of the files that use the type. It adds no data and keeps an aggregate an
// aggregate. Members of a base class may be listed too. The macro writes no more than this, which
// does as well (`NodehostFields` must then be public):
//
//     static constexpr auto NodehostFields() {
//       return nh::Fields<Track>(nh::Field("name", &Track::name),
//                                nh::Field("points", &Track::points, nh::JsName("pts")));
//     }
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace nodehost {

/// Attribute of a field: its name on the JavaScript side, instead of the C++ name.
struct JsName {
  consteval explicit JsName(const char* text) : value(text) {}
  std::string_view value;
};

/// Attribute of a field: what TypeScript says about it.
struct Doc {
  consteval explicit Doc(const char* text) : value(text) {}
  std::string_view value;
};

struct OptionalField {};
struct KeepEmptyField {};
struct IgnoredField {};

/// Attribute of a field: when JS has no such property, the field keeps its C++ initialiser.
inline constexpr OptionalField kOptional{};

/// Attribute of a std::optional field: when it is empty, the object in JavaScript has a property
/// that is undefined. Without it there is no such property, as with JSON.stringify, so that
/// `{ ...defaults, ...options }` keeps the defaults.
inline constexpr KeepEmptyField kKeepEmpty{};

/// Attribute of a field: it does not exist for JS; its type needs no conversion.
inline constexpr IgnoredField kIgnored{};

namespace detail {

inline constexpr std::size_t kMaxFields = 64;

/// What the rest of the library knows of a field besides its type and place.
/// Both names end with a NUL character.
struct FieldSpec {
  std::string_view name;     ///< as in the C++ source
  std::string_view js_name;  ///< `name`, or the JsName
  bool optional = false;
  bool keep_empty = false;
  std::string_view doc = {};
};

constexpr void Apply(FieldSpec& spec, const Doc& doc) { spec.doc = doc.value; }
constexpr void Apply(FieldSpec& spec, const JsName& name) { spec.js_name = name.value; }
constexpr void Apply(FieldSpec& spec, OptionalField) { spec.optional = true; }
constexpr void Apply(FieldSpec& spec, KeepEmptyField) { spec.keep_empty = true; }
constexpr void Apply(FieldSpec&, IgnoredField) {}

template <class A>
concept FieldAttribute =
    std::is_same_v<A, JsName> || std::is_same_v<A, Doc> || std::is_same_v<A, OptionalField> ||
    std::is_same_v<A, KeepEmptyField> || std::is_same_v<A, IgnoredField>;

/// One listed field. `Kept` is false for an ignored one.
template <class Pointer, bool Kept>
struct FieldDef {
  FieldSpec spec;
  Pointer member;
};

template <bool... Kept>
consteval auto KeptIndices() {
  constexpr bool kept[] = {Kept..., false};
  std::array<std::size_t, (std::size_t{Kept} + ... + 0)> out{};
  std::size_t next = 0;
  for (std::size_t i = 0; i < sizeof...(Kept); ++i) {
    if (kept[i]) out[next++] = i;
  }
  return out;
}

template <std::size_t I, class Def>
struct FieldSlot {
  Def def;
};

// Indexed bases, because std::tuple costs several times as much to compile.
template <class Indices, class... Defs>
struct FieldSlots;
template <std::size_t... I, class... Defs>
struct FieldSlots<std::index_sequence<I...>, Defs...> : FieldSlot<I, Defs>... {};

template <std::size_t I, class Def>
constexpr const Def& SlotAt(const FieldSlot<I, Def>& slot) {
  return slot.def;
}

/// The listed fields of `T`. Only those that are not ignored count.
template <class T, class... Defs>
class FieldList;
template <class T, class... Pointers, bool... Kept>
class FieldList<T, FieldDef<Pointers, Kept>...> {
 public:
  using Owner = T;  // tells an own list from one inherited from a base class
  static constexpr auto kKept = KeptIndices<Kept...>();
  static constexpr std::size_t kSize = kKept.size();

  consteval explicit FieldList(FieldDef<Pointers, Kept>... defs)
      : slots_{{defs}...}, names_{(Kept ? defs.spec.js_name : std::string_view("-"))..., "-"} {}

  /// Whether each field has a name for JavaScript.
  consteval bool AllNamed() const {
    return std::ranges::none_of(names_, [](std::string_view name) { return name.empty(); });
  }
  /// Whether no two have the same.
  consteval bool NamesDiffer() const {
    for (std::size_t i = 0; i < sizeof...(Kept); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (kIsKept[i] && kIsKept[j] && names_[i] == names_[j]) return false;
      }
    }
    return true;
  }

  template <std::size_t I>
  constexpr const auto& At() const {
    return SlotAt<kKept[I]>(slots_);
  }

 private:
  static constexpr std::array<bool, sizeof...(Kept) + 1> kIsKept{Kept..., false};

  FieldSlots<std::make_index_sequence<sizeof...(Pointers)>, FieldDef<Pointers, Kept>...> slots_;
  std::array<std::string_view, sizeof...(Kept) + 1> names_;
};

}  // namespace detail

/// One field for `Fields`: its C++ name, `&T::field`, and attributes.
template <class Pointer, class... Attributes>
consteval auto Field(const char* name, Pointer member, Attributes... attributes) {
  static_assert(std::is_member_object_pointer_v<Pointer>,
                "nodehost: a field is a non-static data member, not a function or a static member");
  static_assert(
      (detail::FieldAttribute<Attributes> && ...),
      "nodehost: the attributes of a field are JsName(\"...\"), kOptional, kKeepEmpty and "
      "kIgnored");
  constexpr bool kept = !(std::is_same_v<Attributes, IgnoredField> || ...);
  static_assert(kept || sizeof...(Attributes) == 1,
                "nodehost: kIgnored says that JS never sees the field; no other attribute matters");
  detail::FieldSpec spec{name, name, false, false};
  (detail::Apply(spec, attributes), ...);
  return detail::FieldDef<Pointer, kept>{spec, member};
}

/// The fields of `T`, in the order in which JS sees them.
template <class T, class... Defs>
consteval auto Fields(Defs... defs) {
  static_assert(sizeof...(Defs) <= detail::kMaxFields, "nodehost: at most 64 fields a struct");
  return detail::FieldList<T, Defs...>(defs...);
}

}  // namespace nodehost

/// Lists the fields of `Type` inside its body; see the top of this file. A field is its name, or
/// `(name, attribute, …)`.
#define NODEHOST_FIELDS(Type, ...)                                                    \
  friend struct ::nodehost::detail::FieldAccess;                                      \
  static constexpr auto NodehostFields() {                                            \
    return ::nodehost::Fields<Type>(                                                  \
        __VA_OPT__(NODEHOST_DETAIL_RESCAN(NODEHOST_DETAIL_EACH(Type, __VA_ARGS__)))); \
  }

// A macro cannot call itself, but a postponed call that is scanned again can: see David Mazières,
// "Recursive macros with C++20 __VA_OPT__". 85 scans serve 64 fields.
#define NODEHOST_DETAIL_PARENS ()
#define NODEHOST_DETAIL_RESCAN(...) \
  NODEHOST_DETAIL_RESCAN2(          \
      NODEHOST_DETAIL_RESCAN2(NODEHOST_DETAIL_RESCAN2(NODEHOST_DETAIL_RESCAN2(__VA_ARGS__))))
#define NODEHOST_DETAIL_RESCAN2(...) \
  NODEHOST_DETAIL_RESCAN1(           \
      NODEHOST_DETAIL_RESCAN1(NODEHOST_DETAIL_RESCAN1(NODEHOST_DETAIL_RESCAN1(__VA_ARGS__))))
#define NODEHOST_DETAIL_RESCAN1(...) \
  NODEHOST_DETAIL_RESCAN0(           \
      NODEHOST_DETAIL_RESCAN0(NODEHOST_DETAIL_RESCAN0(NODEHOST_DETAIL_RESCAN0(__VA_ARGS__))))
#define NODEHOST_DETAIL_RESCAN0(...) __VA_ARGS__
#define NODEHOST_DETAIL_EACH(Type, field, ...) \
  NODEHOST_DETAIL_FIELD(Type, field)           \
  __VA_OPT__(, NODEHOST_DETAIL_EACH_AGAIN NODEHOST_DETAIL_PARENS(Type, __VA_ARGS__))
#define NODEHOST_DETAIL_EACH_AGAIN() NODEHOST_DETAIL_EACH

// `name` or `(name, attribute, …)`? EAT swallows what is in parentheses, and leaves a bare name.
#define NODEHOST_DETAIL_EAT(...)
#define NODEHOST_DETAIL_STRIP(...) __VA_ARGS__
#define NODEHOST_DETAIL_FIELD(Type, field) \
  NODEHOST_DETAIL_FIELD_FORM(Type, field, NODEHOST_DETAIL_EAT field)
#define NODEHOST_DETAIL_FIELD_FORM(Type, field, ...) \
  NODEHOST_DETAIL_FIELD_##__VA_OPT__(BARE)(Type, field)
#define NODEHOST_DETAIL_FIELD_BARE(Type, field) ::nodehost::Field(#field, &Type::field)
#define NODEHOST_DETAIL_FIELD_(Type, field) \
  NODEHOST_DETAIL_FIELD_ATTRIBUTES(Type, NODEHOST_DETAIL_STRIP field)
#define NODEHOST_DETAIL_FIELD_ATTRIBUTES(...) NODEHOST_DETAIL_FIELD_OPEN(__VA_ARGS__)
#define NODEHOST_DETAIL_FIELD_OPEN(Type, field, ...) \
  ::nodehost::Field(#field, &Type::field __VA_OPT__(, ) __VA_ARGS__)
