// The TypeScript name of each kind of type: what errors show, and declarations will.
#include <array>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <system_error>
#include <tuple>
#include <variant>
#include <vector>

#include "support/convert.hpp"

namespace {

enum class Plain { kA };
enum class Level { kLow, kHigh };
struct Point {
  double x;
};
struct Shop {
  nh::Method<void()> close;
};
struct Mine {};

template <class T>
std::string Name() {
  return nh::detail::TypeScriptName(nh::detail::kTypeInfo<T>);
}

}  // namespace

template <>
struct nodehost::EnumNames<Level> {
  static constexpr nodehost::EnumName<Level> kNames[] = {{Level::kLow, "low"},
                                                         {Level::kHigh, "high"}};
};
template <>
struct nodehost::Convert<Mine> {
  static constexpr std::string_view kTypeScript = "URL";
  static nh::Value ToJs(nh::Js&, const Mine&) { return {}; }
  static std::optional<Mine> FromJs(nh::Js&, const nh::Value&) { return std::nullopt; }
};

TEST_CASE("each kind of type has its TypeScript name") {
  CHECK(Name<void>() == "undefined");
  CHECK(Name<std::nullptr_t>() == "null");
  CHECK(Name<std::monostate>() == "null");
  CHECK(Name<bool>() == "boolean");
  CHECK(Name<std::int8_t>() == "number");
  CHECK(Name<std::uint32_t>() == "number");
  CHECK(Name<float>() == "number");
  CHECK(Name<double>() == "number");
  CHECK(Name<std::int64_t>() == "bigint");
  CHECK(Name<std::size_t>() == "bigint");
  CHECK(Name<nh::AsNumber<std::size_t>>() == "number");
  CHECK(Name<char>() == "string");
  CHECK(Name<std::string>() == "string");
  CHECK(Name<std::string_view>() == "string");
  CHECK(Name<const char*>() == "string");
  CHECK(Name<std::u16string>() == "string");
  CHECK(Name<std::u16string_view>() == "string");
  CHECK(Name<std::filesystem::path>() == "string");
  CHECK(Name<Plain>() == "number");
  CHECK(Name<Level>() == "\"low\" | \"high\"");
  CHECK(Name<std::optional<int>>() == "number | undefined");
  CHECK(Name<std::variant<int, double, std::string>>() == "number | string");
  CHECK(Name<std::tuple<int, std::string>>() == "[number, string]");
  CHECK(Name<std::tuple<>>() == "[]");
  CHECK(Name<std::vector<int>>() == "number[]");
  CHECK(Name<std::vector<std::optional<int>>>() == "(number | undefined)[]");
  CHECK(Name<std::vector<std::vector<bool>>>() == "boolean[][]");
  CHECK(Name<std::array<int, 2>>() == "number[]");
  CHECK(Name<std::deque<int>>() == "number[]");
  CHECK(Name<std::set<std::string>>() == "Set<string>");
  CHECK(Name<std::map<std::string, int>>() == "Record<string, number>");
  CHECK(Name<std::map<int, Point>>() == "Map<number, Point>");
  CHECK(Name<std::span<float>>() == "Float32Array");
  CHECK(Name<std::span<const std::byte>>() == "Uint8Array");
  CHECK(Name<std::vector<std::uint8_t>>() == "Uint8Array");
  CHECK(Name<nh::Bytes>() == "Uint8Array");
  CHECK(Name<std::chrono::system_clock::time_point>() == "Date");
  CHECK(Name<std::chrono::minutes>() == "number");
  CHECK(Name<std::error_code>() == "Error");
  CHECK(Name<std::exception_ptr>() == "Error");
  CHECK(Name<nh::JsError>() == "Error");
  CHECK(Name<Mine>() == "URL");
  CHECK(Name<Point>() == "Point");
  CHECK(Name<Shop>() == "Shop");
  CHECK(Name<nh::Method<void()>>() == "() => void");
  CHECK(Name<nh::Method<int(std::string, std::optional<Point>)>>() ==
        "(a: string, b?: Point) => number");
  CHECK(Name<nh::Method<void(std::optional<int>, int)>>() ==
        "(a: number | undefined, b: number) => void");
  CHECK(Name<std::function<double(int, std::optional<bool>, nh::Rest<double>)>>() ==
        "(a: number, b?: boolean, ...c: number[]) => number");
  CHECK(Name<nh::Value>() == "any");
  CHECK(Name<nh::Array>() == "any[]");
  CHECK(Name<nh::Function>() == "Function");
  CHECK(Name<nh::Map>() == "Map<any, any>");
  CHECK(Name<nh::Date>() == "Date");
  CHECK(Name<nh::Enum<Level>>() == "{ readonly low: \"low\"; readonly high: \"high\" }");
  CHECK(Name<nh::ReadStream<>>() == "import('node:stream').Readable & AsyncIterable<Uint8Array>");
  CHECK(Name<nh::WriteStream<int>>() == "import('node:stream').Writable");
  CHECK(Name<std::optional<nh::Transform<int, std::string>>>() ==
        "import('node:stream').Transform & AsyncIterable<string> | undefined");
  CHECK(Name<nh::Web<nh::WriteStream<int>>>() == "WritableStream<number>");
  CHECK(Name<nh::EventEmitter>() == "import('node:events').EventEmitter");
}
