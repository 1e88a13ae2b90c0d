// What does not cross, what only goes to JavaScript, and a Convert<T> that is not whole.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace nh = nodehost;

struct NoDefault {
  explicit NoDefault(int number) : number_(number) {}
  int number_;
  NODEHOST_FIELDS(NoDefault, number_)
};
struct ConstField {
  const int number = 1;
};
struct Holder {
  std::vector<NoDefault> list;
};

enum class Nameless { kOne };

class Mine {
  [[maybe_unused]] int hidden_ = 0;
};
template <>
struct nodehost::Convert<Mine> {
#if CASE_convert_without_a_name  // says: lacks `static constexpr std::string_view kTypeScript`
  static constexpr std::string_view kTypescript = "Mine";
#else
  static constexpr std::string_view kTypeScript = "Mine";
#endif

#if CASE_convert_without_to_js  // says: lacks `static nh::Value ToJs(nh::Js&, const T&)`
  static nh::Value ToJS(nh::Js&, const Mine&) { return {}; }
#else
  static nh::Value ToJs(nh::Js&, const Mine&) { return {}; }
#endif

#if CASE_convert_without_from_js  // says: lacks `static std::optional<T> FromJs(nh::Js&, const
                                  // nh::Value&)`
  static Mine FromJs(nh::Js&, const nh::Value&) { return {}; }
#else
  static std::optional<Mine> FromJs(nh::Js&, const nh::Value&) { return Mine(); }
#endif
};

nh::Environment& NodeOf();

void Take(const nh::Value& value) {
  static_cast<void>(value.As<Mine>());

#if CASE_a_string_view_out  // says: a std::string_view or C string owns nothing
  static_cast<void>(value.As<std::string_view>());
#else
  static_cast<void>(value.As<std::string>());
#endif

#if CASE_a_vector_of_string_views_out  // says: a std::string_view or C string owns nothing
  static_cast<void>(value.As<std::vector<std::string_view>>());
#else
  value(std::vector<std::string_view>{"a"});
#endif

#if CASE_a_span_out  // says: use std::vector for a copy or nodehost::Bytes for shared memory
  static_cast<void>(value.As<std::span<double>>());
#else
  static_cast<void>(value.As<nh::Bytes>());
#endif

#if CASE_a_span_of_strings  // says: a std::span is a TypedArray in JavaScript, so it holds numbers
  value(std::span<std::string>());
#else
  value(std::span<double>());
#endif

#if CASE_a_type_without_default_constructor_out  // says: must be default-constructible
  static_cast<void>(value.As<Holder>());
#else
  value(Holder());
#endif

// A case is a line.
// clang-format off
#if CASE_a_method_whose_result_has_no_default_constructor  // says: must be default-constructible
  static_cast<void>(nh::Method<NoDefault()>()());
#elif CASE_an_import_without_default_constructor  // says: must be default-constructible
  static_cast<void>(NodeOf().Import<NoDefault>("x"));
#elif CASE_a_value_without_default_constructor  // says: must be default-constructible
  static_cast<void>(value.As<NoDefault>());
#elif CASE_a_try_without_default_constructor  // says: must be default-constructible
  static_cast<void>(value.TryAs<NoDefault>());
#elif CASE_a_tuple_without_default_constructor  // says: must be default-constructible
  static_cast<void>(value.As<std::tuple<int, NoDefault>>());
#elif CASE_an_argument_without_default_constructor  // says: must be default-constructible
  value(std::function<void(NoDefault)>([](NoDefault) {}));
#else
  value(NoDefault(1));
#endif
  // clang-format on

#if CASE_an_enum_without_names  // says: list them in nodehost::EnumNames<E>
  value(nh::Enum<Nameless>());
#else
  value(Nameless::kOne);
#endif

#if CASE_three_optionals  // says: a third level does not
  value(std::optional<std::optional<std::optional<int>>>());
#else
  value(std::optional<std::optional<int>>());
#endif

#if CASE_a_const_field_out  // says: a struct with a const field cannot come from JavaScript
  static_cast<void>(value.As<ConstField>());
#else
  value(ConstField());
#endif

#if CASE_a_raw_pointer  // says: a raw pointer does not cross into JavaScript
  value(static_cast<int*>(nullptr));
#else
  value(1);
#endif

#if CASE_a_unique_ptr  // says: a smart pointer does not cross into JavaScript
  value(std::make_unique<int>(1));
#else
  value(std::optional<int>(1));
#endif

#if CASE_a_wide_character  // says: of the character types only `char` crosses
  value(u'x');
#else
  value('x');
#endif

#if CASE_a_multimap  // says: use a map of vectors
  value(std::multimap<std::string, int>());
#else
  value(std::map<std::string, std::vector<int>>());
#endif

#if CASE_a_long_double  // says: a JavaScript number is a `double`
  value(1.0L);
#else
  value(1.0);
#endif
}
