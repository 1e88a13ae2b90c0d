// Described C++ classes in JavaScript: an object of one is an object there, and nodehost::Class, a
// field of an interface, is the class itself.
#pragma once

#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/class_instance.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

namespace conversions {
extern NODEHOST_API const Conversion kInstance;  // InstanceOps
extern NODEHOST_API const Conversion kClass;     // ClassOps
}  // namespace conversions

template <class V>
requires kIsInstance<V>
struct InfoOf<V> {
  static constexpr TypeInfo Make() {
    return MakeInfo<V>(conversions::kInstance, &InstanceTraits<V>::kOps);
  }
};
template <class T>
struct InfoOf<Class<T>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<Class<T>>(conversions::kClass, &Class<T>::kOps);
  }
};

}  // namespace nodehost::detail
