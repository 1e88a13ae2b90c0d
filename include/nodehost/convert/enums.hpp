// Enum<E>: a C++ enum itself in JavaScript, an object of its names. How its values convert stands
// in convert/numbers.hpp.
#pragma once

#include <span>
#include <type_traits>

#include "nodehost/convert/custom.hpp"
#include "nodehost/convert/numbers.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost {

/// The names of the enum E, as `EnumNames<E>` lists them, as a field of a struct:
///
///     struct LogModule {
///       nh::Enum<::Level> Level{};
///       nh::Method<void(::Level, std::string)> log;
///     };
///     // JavaScript: import { Level, log } from 'app:log'; log(Level.high, 'on fire');
///
/// In JavaScript it is a frozen object that has under each name what a value of E converts to: the
/// name of that value, or its number where `EnumNames<E>::kNumbers` says so. TypeScript has it as a
/// constant and as a type. It holds no data. A struct with one can be imported, too: JavaScript
/// must then have an object with the same names and values there.
template <class E>
class Enum {
 public:
  Enum() noexcept = default;
};

namespace detail {

/// `element` of its TypeInfo is the enum.
struct EnumObjectOps {
  const EnumOps* values;
  std::span<const EnumValue> names;
};

namespace conversions {
extern NODEHOST_API const Conversion kEnumObject;  // EnumObjectOps
}  // namespace conversions

template <class E>
struct EnumObjectOf {
  static constexpr EnumObjectOps kOps{&EnumOf<E>::kOps, EnumOf<E>::kNames};
};

template <class E>
struct InfoOf<Enum<E>> {
  static constexpr TypeInfo Make() {
    static_assert(std::is_enum_v<E>, "nodehost: Enum<E> is for an enum");
    static_assert(
        NamedEnum<E>,
        "nodehost: Enum<E> has the names that JavaScript knows the enum's values by; list "
        "them in nodehost::EnumNames<E>");
    static_assert(!HasConvert<E>,
                  "nodehost: Enum<E> is for an enum whose values convert as EnumNames<E> says, and "
                  "not by a nodehost::Convert<E>");
    return MakeInfo<Enum<E>>(conversions::kEnumObject, &EnumObjectOf<E>::kOps, &kTypeInfo<E>);
  }
};

}  // namespace detail
}  // namespace nodehost
