// undefined and null, and JavaScript values as they are: Value and its family.
#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/detail/value_class.hpp"
#include "nodehost/posted.hpp"
#include "nodehost/value.hpp"

namespace nodehost::detail {

/// Null stands for ValueClass::kAny.
struct ValueOps {
  ValueClass value_class = ValueClass::kAny;
};

namespace conversions {
extern NODEHOST_API const Conversion kUndefined;  // void, Posted
extern NODEHOST_API const Conversion kNull;       // std::nullptr_t, std::monostate
extern NODEHOST_API const Conversion kValue;      // ValueOps
}  // namespace conversions

template <>
struct InfoOf<void> {
  static constexpr TypeInfo Make() {
    return {&conversions::kUndefined, nullptr, nullptr, 0, Quick::kNothing};
  }
};
template <>
struct InfoOf<std::nullptr_t> {
  static constexpr TypeInfo Make() { return MakeInfo<std::nullptr_t>(conversions::kNull); }
};
template <>
struct InfoOf<std::monostate> {
  static constexpr TypeInfo Make() { return MakeInfo<std::monostate>(conversions::kNull); }
};

template <>
struct InfoOf<Posted> {
  static constexpr TypeInfo Make() { return MakeInfo<Posted>(conversions::kUndefined); }
};

template <ValueClass C>
inline constexpr ValueOps kValueOps{C};

template <class T>
requires std::is_base_of_v<Value, T>
struct InfoOf<T> {
  static constexpr TypeInfo Make() {
    return MakeInfo<T>(conversions::kValue, &kValueOps<T::kClass>);
  }
};

}  // namespace nodehost::detail
