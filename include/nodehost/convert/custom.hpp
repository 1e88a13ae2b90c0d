// Convert<T>: how a type of yours crosses into JavaScript when nothing else here fits it.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/ref.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost {

class Js;
class Value;

/// Specialise it with three members to make a type of yours convertible. It is asked on the JS
/// thread; the type must be default-constructible and movable to come from JavaScript.
///
///     template <>
///     struct nodehost::Convert<app::Url> {
///       static constexpr std::string_view kTypeScript = "URL";
///       static nh::Value ToJs(nh::Js& js, const app::Url& url) {
///         return js.Global()["URL"].Construct(url.text());
///       }
///       static std::optional<app::Url> FromJs(nh::Js& js, const nh::Value& value) {
///         ...  // std::nullopt: not mine; the TypeError with the path is written for you
///       }
///     };
///
/// What the members throw comes out as it is.
template <class T>
struct Convert;

namespace detail {

/// nodehost::Convert<T>.
struct CustomOps {
  std::string_view typescript;
  Ref (*to_js)(Js& js, const void* value);
  bool (*from_js)(Js& js, const Ref& value, void* result);  ///< false: it does not fit
};

namespace conversions {
extern NODEHOST_API const Conversion kCustom;  // CustomOps
}  // namespace conversions

template <class T>
concept HasConvert = requires {
  sizeof(Convert<T>);
};

template <class T>
concept ConvertHasName = requires {
  { Convert<T>::kTypeScript } -> std::convertible_to<std::string_view>;
};
template <class T>
concept ConvertHasToJs = requires(Js& js, const T& value) {
  { Convert<T>::ToJs(js, value) } -> std::convertible_to<Value>;
};
template <class T>
concept ConvertHasFromJs = requires(Js& js, const Value& value) {
  { Convert<T>::FromJs(js, value) } -> std::same_as<std::optional<T>>;
};

/// `V` is Value, which this header can only name, because value.hpp includes it; as a parameter it
/// need not be complete before a conversion is asked for.
template <class T, class V = Value>
struct CustomOf {
  static constexpr CustomOps kOps{Convert<T>::kTypeScript,
                                  [](Js& js, const void* value) -> Ref {
                                    const V made =
                                        Convert<T>::ToJs(js, *static_cast<const T*>(value));
                                    return made.ref();
                                  },
                                  [](Js& js, const Ref& value, void* result) {
                                    std::optional<T> made = Convert<T>::FromJs(js, V(value));
                                    if (!made) return false;
                                    *static_cast<T*>(result) = std::move(*made);
                                    return true;
                                  }};
};

template <HasConvert T>
constexpr TypeInfo CustomInfo() {
  static_assert(ConvertHasName<T>,
                "nodehost: this Convert<T> lacks `static constexpr std::string_view kTypeScript`: "
                "the type as TypeScript writes it");
  static_assert(ConvertHasToJs<T>,
                "nodehost: this Convert<T> lacks `static nh::Value ToJs(nh::Js&, const T&)`");
  static_assert(ConvertHasFromJs<T>,
                "nodehost: this Convert<T> lacks `static std::optional<T> FromJs(nh::Js&, const "
                "nh::Value&)`; it may always return std::nullopt");
  if constexpr (ConvertHasName<T> && ConvertHasToJs<T> && ConvertHasFromJs<T>) {
    return MakeInfo<T>(conversions::kCustom, &CustomOf<T>::kOps);
  } else {
    return {};
  }
}

}  // namespace detail
}  // namespace nodehost
