// The steps of src/README.md, "To add a conversion", on a type of this test: one header that
// declares a row and says which type it is for, one source that defines the row.
#include <complex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "support/convert.hpp"

// ---- The public header ----

namespace nodehost::detail {

namespace conversions {
extern const Conversion kComplex;  // std::complex<double>: [real, imaginary]
}  // namespace conversions

template <>
struct InfoOf<std::complex<double>> {
  static constexpr TypeInfo Make() { return MakeInfo<std::complex<double>>(conversions::kComplex); }
};

}  // namespace nodehost::detail

// ---- The source ----

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"

namespace nodehost::detail {

namespace {

using Complex = std::complex<double>;
using Pair = std::pair<double, double>;

v8::Local<v8::Value> ComplexToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  const auto& complex = *static_cast<const Complex*>(value);
  const Pair pair{complex.real(), complex.imag()};
  return encoder.Encode(kTypeInfo<Pair>, &pair);
}

bool ComplexFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo&, void* result) {
  Pair pair;
  if (!decoder.Decode(value, kTypeInfo<Pair>, &pair)) return false;
  *static_cast<Complex*>(result) = {pair.first, pair.second};
  return true;
}

Fit ComplexFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo&) {
  return decoder.FitOf(value, kTypeInfo<Pair>);
}

}  // namespace

namespace conversions {

constinit const Conversion kComplex{.to_js = &ComplexToJs,
                                    .from_js = &ComplexFromJs,
                                    .fit = &ComplexFit,
                                    .typescript = "[number, number]"};

}  // namespace conversions

}  // namespace nodehost::detail

namespace {

using Complex = std::complex<double>;

struct Signal {
  std::string name;
  std::vector<Complex> samples;
};

}  // namespace

TEST_CASE("a type that has its row and its InfoOf converts, alone and as a part of others") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value made = nh::Value::From(js, Signal{"a", {{1, 2}, {3, 4}}});
    CHECK(js.Global()["JSON"].Call("stringify", made).As<std::string>() ==
          R"({"name":"a","samples":[[1,2],[3,4]]})");
    CHECK(made.As<Signal>().samples == std::vector<Complex>{{1, 2}, {3, 4}});
    CHECK(js.Eval("[5, 6]").As<Complex>() == Complex(5, 6));
    using Either = std::variant<std::string, Complex>;
    CHECK(std::get<Complex>(js.Eval("[7, 8]").As<Either>()) == Complex(7, 8));
    CHECK(std::get<std::string>(js.Eval("'i'").As<Either>()) == "i");
    CHECK_THROWS_WITH_AS(js.Eval("({ name: 'a', samples: [[1, 2], [3, 'i']] })").As<Signal>(),
                         "TypeError: signal.samples[1][1]: expected number, got string \"i\"",
                         nh::JsError);
  });
  CHECK(nh::detail::TypeScriptName(nh::detail::kTypeInfo<std::optional<Complex>>) ==
        "[number, number] | undefined");
}
