// Objects of described classes in signatures: T and T&, std::shared_ptr<T>, std::unique_ptr<T>.
#pragma once

#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

/// What an argument `T&` or `T` is kept in for the time of the call.
template <class T>
struct InstanceRef {
  std::shared_ptr<T> object;
};

template <class T>
Releasable DeleterOf() noexcept {
  return {[](void* owned) { std::default_delete<T>()(static_cast<T*>(owned)); }};
}

template <class T>
std::shared_ptr<T> Own(T* object) {
  return std::shared_ptr<T>(object, DeleterOf<T>());
}

/// A new object as JavaScript's own, which nobody shares until somebody asks to.
template <class T>
Made MadeOf(T* object) {
  if constexpr (requires { object->weak_from_this(); }) {
    return {{}, Own(object), nullptr};  // its own methods may ask for a share
  } else {
    return {std::unique_ptr<void, Releasable>(object, DeleterOf<T>()), nullptr, nullptr};
  }
}

/// As what JavaScript is to see an object: as the described class that it really is, where its C++
/// type can tell.
template <class T>
Instance InstanceOf(std::shared_ptr<T> object) {
  const ClassInfo& info = ClassInfoOf<T>();
  if (!object) return {nullptr, &info};
#if defined(__cpp_rtti)
  if constexpr (std::is_polymorphic_v<T>) {
    const T& whole = *object;
    const ClassInfo* const dynamic = FindClass(typeid(whole));
    if (dynamic && dynamic != &info && DerivesFrom(dynamic, info)) {
      void* const address = dynamic_cast<void*>(object.get());
      return {std::shared_ptr<void>(std::move(object), address), dynamic};
    }
  }
#endif
  return {std::move(object), &info};
}

/// `object` as JavaScript's own: itself where it is shared already, else a copy.
template <class T>
Instance InstanceOfValue(const T& object) {
  if constexpr (requires { object.weak_from_this(); }) {
    if (auto shared = const_cast<T&>(object).weak_from_this().lock()) {
      T* const address = const_cast<T*>(std::addressof(object));
      return InstanceOf<T>(std::shared_ptr<T>(std::move(shared), address));
    }
  }
  if constexpr (std::is_copy_constructible_v<T> && !std::is_abstract_v<T>) {
    return {Own<T>(new T(object)), &ClassInfoOf<T>()};
  } else {
    throw JsError(JsErrorData{
        .name = "TypeError",
        .message = ClassInfoOf<T>().name +
                   ": an object that cannot be copied goes to JavaScript as a std::shared_ptr or a "
                   "std::unique_ptr"});
  }
}

template <class V>
struct InstanceTraits {
  static constexpr bool kIs = false;
};
template <Described T>
struct InstanceTraits<T> {
  static constexpr bool kIs = true;
  static constexpr InstanceOps kOps{
      &ClassInfoOf<T>,
      [](const void* value) { return InstanceOfValue(*static_cast<const T*>(value)); },
      [](void* result, const std::shared_ptr<void>& object) {
        if constexpr (std::is_copy_assignable_v<T>) {
          *static_cast<T*>(result) = *static_cast<const T*>(object.get());
        }
      }};
};
template <Described T>
struct InstanceTraits<InstanceRef<T>> {
  static constexpr bool kIs = true;
  static constexpr InstanceOps kOps{
      &ClassInfoOf<T>, nullptr, [](void* result, const std::shared_ptr<void>& object) {
        static_cast<InstanceRef<T>*>(result)->object = std::static_pointer_cast<T>(object);
      }};
};
template <Described T>
struct InstanceTraits<std::shared_ptr<T>> {
  static constexpr bool kIs = true;
  static constexpr InstanceOps kOps{
      &ClassInfoOf<T>,
      [](const void* value) {
        return InstanceOf<T>(*static_cast<const std::shared_ptr<T>*>(value));
      },
      [](void* result, const std::shared_ptr<void>& object) {
        *static_cast<std::shared_ptr<T>*>(result) = std::static_pointer_cast<T>(object);
      }};
};
template <Described T>
struct InstanceTraits<std::unique_ptr<T>> {
  static constexpr bool kIs = true;
  static constexpr InstanceOps kOps{
      &ClassInfoOf<T>,
      [](const void* value) {
        // A result or an argument, which is given away.
        auto& owner =
            *const_cast<std::unique_ptr<T>*>(static_cast<const std::unique_ptr<T>*>(value));
        return InstanceOf<T>(owner ? Own<T>(owner.release()) : nullptr);
      },
      [](void* result, const std::shared_ptr<void>& object) {
        static_cast<std::unique_ptr<T>*>(result)->reset(static_cast<T*>(object.get()));
      },
      true};
};

template <class V>
inline constexpr bool kIsInstance = InstanceTraits<V>::kIs;

template <class V>
inline constexpr bool kIsClass = false;
template <class T>
inline constexpr bool kIsClass<Class<T>> = true;

}  // namespace nodehost::detail
