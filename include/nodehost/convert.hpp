// Which C++ types cross into JavaScript, and as what: each type's TypeInfo.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "nodehost/bytes.hpp"
#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/custom.hpp"
#include "nodehost/convert/decodable.hpp"
#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/numbers.hpp"
#include "nodehost/convert/strings.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/convert/tasks.hpp"
#include "nodehost/convert/time.hpp"
#include "nodehost/convert/variants.hpp"
#include "nodehost/detail/instance.hpp"
#include "nodehost/detail/type_info.hpp"
#include "nodehost/detail/value_class.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/value.hpp"

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

template <ValueClass C>
inline constexpr ValueOps kValueOps{C};

/// Types that are no containers, structs or templates.
template <class T>
constexpr TypeInfo LeafInfo() {
  if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::monostate>) {
    return MakeInfo<T>(Kind::kNull);
  } else if constexpr (std::is_same_v<T, bool>) {
    return MakeInfo<T>(Kind::kBool);
  } else if constexpr (std::is_same_v<T, double>) {
    return MakeInfo<T>(Kind::kDouble);
  } else if constexpr (std::is_same_v<T, float>) {
    return MakeInfo<T>(Kind::kFloat);
  } else if constexpr (Integer<T>) {
    return MakeInfo<T>(IntegerKind<T>());
  } else if constexpr (std::is_same_v<T, char>) {
    return MakeInfo<T>(Kind::kChar);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return MakeInfo<T>(Kind::kString);
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return MakeInfo<T>(Kind::kStringView);
  } else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
    return MakeInfo<T>(Kind::kCString);
  } else if constexpr (std::is_same_v<T, std::u16string>) {
    return MakeInfo<T>(Kind::kString16);
  } else if constexpr (std::is_same_v<T, std::u16string_view>) {
    return MakeInfo<T>(Kind::kString16View);
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return MakeInfo<T>(Kind::kBytes);
  } else if constexpr (std::is_same_v<T, std::error_code>) {
    return MakeInfo<T>(Kind::kErrorCode);
  } else if constexpr (std::is_same_v<T, std::exception_ptr>) {
    return MakeInfo<T>(Kind::kException);
  } else if constexpr (std::is_same_v<T, JsError>) {
    return MakeInfo<T>(Kind::kJsError);
  } else {
    return {};  // kUndefined: none of these
  }
}

/// What is to be done about a type that does not cross.
template <class T>
constexpr TypeInfo Unsupported() {
  if constexpr (std::is_reference_v<T> || std::is_const_v<T>) {
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
  } else if constexpr (kIsFuture<T>) {
    static_assert(kAlwaysFalse<T>,
                  "nodehost: a std::future is only the result of a Method of JavaScript's; to hand "
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

template <class T>
constexpr TypeInfo MakeTypeInfo() {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else if constexpr (kIsInstance<T>) {
    return MakeInfo<T>(Kind::kInstance, &InstanceTraits<T>::kOps);
  } else if constexpr (kIsClass<T>) {
    return MakeInfo<T>(Kind::kClass, &T::kOps);
  } else if constexpr (LeafInfo<T>().kind != Kind::kUndefined) {
    return LeafInfo<T>();
  } else if constexpr (std::is_base_of_v<Value, T>) {
    return MakeInfo<T>(Kind::kValue, &kValueOps<T::kClass>);
  } else if constexpr (HasConvert<T>) {
    return CustomInfo<T>();
  } else if constexpr (kIsMethod<T>) {
    return MakeInfo<T>(Kind::kMethod, &T::kOps);
  } else if constexpr (kIsConstructor<T>) {
    return MakeInfo<T>(Kind::kConstructor, &T::kOps);
  } else if constexpr (kIsProperty<T>) {
    return PropertyInfo<T>();
  } else if constexpr (kIsTask<T>) {
    return MakeInfo<T>(Kind::kTask, &TaskOf<T>::kOps, &kTypeInfo<typename TaskResult<T>::Type>);
  } else if constexpr (kIsStdFunction<T>) {
    return MakeInfo<T>(Kind::kFunction, &FunctionOf<T>::kOps,
                       &kTypeInfo<typename FunctionOf<T>::Held>);
  } else if constexpr (std::is_enum_v<T>) {
    return EnumInfo<T>();
  } else if constexpr (kIsAsNumber<T>) {
    return AsNumberInfo<T>();
  } else if constexpr (kIsOptional<T>) {
    return OptionalInfo<T>();
  } else if constexpr (kIsVariant<T>) {
    return VariantInfo<T>();
  } else if constexpr (kIsSpan<T>) {
    return SpanInfo<T>();
  } else if constexpr (kIsDuration<T>) {
    return MakeInfo<T>(Kind::kDuration, &DurationOf<T>::kOps);
  } else if constexpr (kIsTimePoint<T>) {
    return MakeInfo<T>(Kind::kDate, &TimePointOf<T>::kOps);
  } else if constexpr (PathLike<T>) {
    return MakeInfo<T>(Kind::kPath, &PathOf<T>::kOps);
  } else if constexpr (MapLike<T>) {
    return MapInfo<T>();
  } else if constexpr (SetLike<T>) {
    return CollectionInfo<T>(Kind::kSet);
  } else if constexpr (Contiguous<T>) {
    return SequenceInfo<T>();
  } else if constexpr (ListLike<T>) {
    return CollectionInfo<T>(Kind::kList);
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
