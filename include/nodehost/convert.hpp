// Which C++ types cross into JavaScript, and as what: each type's TypeInfo.
#pragma once

#include <memory>
#include <type_traits>

#include "nodehost/convert/abort.hpp"
#include "nodehost/convert/bytes.hpp"
#include "nodehost/convert/callables.hpp"
#include "nodehost/convert/classes.hpp"
#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/custom.hpp"
#include "nodehost/convert/decodable.hpp"
#include "nodehost/convert/enums.hpp"
#include "nodehost/convert/errors.hpp"
#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/generators.hpp"
#include "nodehost/convert/message_ports.hpp"
#include "nodehost/convert/numbers.hpp"
#include "nodehost/convert/shared.hpp"
#include "nodehost/convert/streams.hpp"
#include "nodehost/convert/strings.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/convert/tasks.hpp"
#include "nodehost/convert/time.hpp"
#include "nodehost/convert/values.hpp"
#include "nodehost/convert/variants.hpp"
#include "nodehost/detail/injected.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost {
namespace detail {

template <class T>
inline constexpr bool kIsUniquePtr = false;
template <class T, class D>
inline constexpr bool kIsUniquePtr<std::unique_ptr<T, D>> = true;
template <class T>
inline constexpr bool kIsSharedPtr = false;
template <class T>
inline constexpr bool kIsSharedPtr<std::shared_ptr<T>> = true;

/// What is to be done about a type that does not cross.
template <class T>
constexpr TypeInfo Unsupported() {
  if constexpr (InjectedParameter<T>) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: a Js&, a This and an EnvironmentRef do not cross into JavaScript; as "
                  "parameters they stand in front of JavaScript's arguments");
  } else if constexpr (std::is_reference_v<T> || std::is_const_v<T>) {
    static_assert(kAlwaysFalse<T>, "nodehost: ask for the type itself, without & and const");
  } else if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T>) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: a raw pointer does not cross into JavaScript, because nobody would "
                  "know who owns what it points at; pass the value, or std::optional of it");
  } else if constexpr (kIsUniquePtr<T> || kIsSharedPtr<T>) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: a smart pointer does not cross into JavaScript as data; pass the "
                  "value, or std::optional of it. One to an object of a class crosses when the "
                  "class has a nodehost::Describe<T>");
  } else if constexpr (FutureLike<T>) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: a std::future is only the result of a Method of JavaScript's, with "
                  "#include <nodehost/future.hpp>; to hand "
                  "JavaScript a result that comes later use nodehost::Task or PromiseSource, for "
                  "nothing can wait for a std::future without a thread");
  } else if constexpr (CharacterType<T>) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: of the character types only `char` crosses into JavaScript; use "
                  "std::string or std::u16string for text");
  } else if constexpr (std::is_same_v<T, long double>) {
    static_assert(kAlwaysFalse<T>, "nodehost: a JavaScript number is a `double`; use that");
  } else if constexpr (requires { typename T::traits_type; }) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: of the string types std::string, std::u16string and their views cross "
                  "into JavaScript");
  } else if constexpr (requires { typename T::mapped_type; }) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: a multimap has no counterpart in JavaScript; use a map of vectors");
  } else {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: this type does not cross into JavaScript; make it a plain struct, "
                  "list its fields with NODEHOST_FIELDS, or specialise nodehost::Convert<T>");
  }
  return {};
}

// A type known by its name has its InfoOf; here stand those that are known by what they can do, the
// more particular before the more general.
template <class T>
constexpr TypeInfo MakeTypeInfo() {
  if constexpr (HasConvert<T>) {
    return CustomInfo<T>();
  } else if constexpr (HasInfo<T>) {
    return InfoOf<T>::Make();
  } else if constexpr (MapLike<T>) {
    return MapInfo<T>();
  } else if constexpr (SetLike<T>) {
    return CollectionInfo<T>(conversions::kSet);
  } else if constexpr (Contiguous<T>) {
    return SequenceInfo<T>();
  } else if constexpr (ListLike<T>) {
    return CollectionInfo<T>(conversions::kList);
  } else if constexpr (TupleLike<T>) {
    return TupleInfo<T>();
  } else if constexpr (Reflectable<T>) {
    return StructTypeInfo<T>();
  } else {
    return Unsupported<T>();
  }
}

}  // namespace detail
}  // namespace nodehost

#include "nodehost/detail/value_bodies.hpp"
#include "nodehost/method.hpp"  // what a std::function becomes
