// Reflection of structs: what is counted, named, typed and measured, and which attributes hold.
#include "nodehost/detail/reflect.hpp"

#include <any>
#include <array>
#include <chrono>
#include <concepts>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

namespace nh = nodehost;
using nh::detail::FieldOffsets;
using nh::detail::FieldType;
using nh::detail::ForEachField;
using nh::detail::HasFieldList;
using nh::detail::kFieldCount;
using nh::detail::kFieldNames;
using nh::detail::kFieldSpecs;
using nh::detail::Reflectable;

namespace {

struct Point {
  double x, y;
};

struct Line {
  Point from, to;
};

struct Track {
  std::string name;
  std::vector<Point> points;
  std::optional<std::string> note;
};

struct Empty {};

struct NoDefault {
  explicit NoDefault(int n) : value(n) {}
  int value;
};

struct Pinned {  // neither copies nor moves
  Pinned() = default;
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
};

// Can be made from any callable of the signature, as nodehost::Method.
template <class F>
class Callback;
template <class R, class... A>
class Callback<R(A...)> {
 public:
  Callback() = default;
  Callback(const Callback&) = default;
  Callback(Callback&&) = default;
  template <class F>
  requires std::is_invocable_r_v<R, F&, A...> Callback(F) {}
};

// Can be made from all that converts to T, as nodehost::Property.
template <class T>
class Holder {
 public:
  template <class U>
  requires std::convertible_to<U, T> Holder(U&&) {}
};

enum class Color { kRed };

// ---- Counting ----

static_assert(kFieldCount<Empty> == 0);
static_assert(kFieldCount<Point> == 2);
static_assert(kFieldCount<Line> == 2, "braces of nested structs are not elided");
static_assert(kFieldCount<Track> == 3);

struct WithInitialisers {
  int a = 1;
  std::string b = "b";
  bool c = true;
  Color d = Color::kRed;
};
static_assert(kFieldCount<WithInitialisers> == 4);

struct StandardTypes {
  std::function<int(int)> function;
  std::unique_ptr<int> unique;
  std::shared_ptr<Point> shared;
  std::map<std::string, int> map;
  std::variant<int, std::string> variant;
  std::any any;
  std::filesystem::path path;
  std::string_view view;
  std::span<double> span;
  std::chrono::system_clock::time_point time;
  std::tuple<int, Point> tuple;
  std::pair<int, int> pair;
  std::array<int, 3> array;
  std::deque<Track> deque;
  std::set<int> set;
  std::nullptr_t null;
  int* pointer;
};
static_assert(kFieldCount<StandardTypes> == 17);

// A field without a default constructor cannot be made from `{}`, so these are counted in the other
// way; see reflect_count.hpp.
struct StandardTypesAndNoDefault {
  NoDefault before;
  std::function<int(int)> function;
  std::unique_ptr<int> unique;
  std::optional<std::string> optional;
  std::variant<int, std::string> variant;
  std::filesystem::path path;
  std::span<double> span;
  std::tuple<int, Point> tuple;
  std::array<int, 3> array;
  Callback<void(int)> callback;
  Line nested;
  NoDefault after;
};
static_assert(kFieldCount<StandardTypesAndNoDefault> == 12);

struct Pins {
  std::mutex mutex;
  Pinned pinned;
  int last;
};
static_assert(kFieldCount<Pins> == 3);

struct Interface {
  Callback<int(int)> first;
  Callback<std::string()> second;
};
static_assert(kFieldCount<Interface> == 2);

struct Holders {
  Holder<int> first;
  Holder<std::string> second;
};
static_assert(kFieldCount<Holders> == 2);

struct ConstFields {
  const int a;
  const std::string b;
};
static_assert(kFieldCount<ConstFields> == 2);

struct CArrays {
  int before;
  int values[3];
  char matrix[2][100];
  int after;
};
static_assert(kFieldCount<CArrays> == 4);

struct NoUniqueAddress {
  [[no_unique_address]] Empty empty;
  int value;
};
static_assert(kFieldCount<NoUniqueAddress> == 2);

template <class A, class B>
struct Pair {
  A first;
  B second;
};
static_assert(kFieldCount<Pair<int, std::function<void(char)>>> == 2);

struct Tree {
  std::string name;
  std::vector<Tree> children;
  std::unique_ptr<Tree> shadow;
};
static_assert(kFieldCount<Tree> == 3, "a type that contains itself");

#define TEN(p) int p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9;
struct SixtyFour {
  TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) int g0, g1, g2, g3;
};
static_assert(kFieldCount<SixtyFour> == 64);
struct SixtyFourNoDefault {
  NoDefault first;
  TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) int g0, g1, g2;
};
static_assert(kFieldCount<SixtyFourNoDefault> == 64);

// ---- What is a struct ----

static_assert(Reflectable<Point> && Reflectable<Empty> && Reflectable<Pair<int, int>>);
static_assert(!Reflectable<int> && !Reflectable<Color> && !Reflectable<Point*>);
static_assert(!Reflectable<std::string> && !Reflectable<std::vector<int>>);
static_assert(!Reflectable<std::array<int, 2>>, "an aggregate, but a container");
static_assert(!Reflectable<std::tuple<int>> && !Reflectable<std::pair<int, int>>);
static_assert(!Reflectable<std::optional<Point>> && !Reflectable<std::function<void()>>);
static_assert(!Reflectable<NoDefault>, "a class with a constructor lists its fields or is opaque");
union AUnion {
  int i;
  float f;
};
static_assert(!Reflectable<AUnion>);

// ---- Types ----

static_assert(std::is_same_v<FieldType<Track, 1>, std::vector<Point>>);
static_assert(std::is_same_v<FieldType<ConstFields, 0>, const int>);
static_assert(std::is_same_v<FieldType<CArrays, 1>, int[3]>);
static_assert(std::is_same_v<FieldType<SixtyFour, 63>, int>);

// ---- Names ----

static_assert(kFieldNames<Empty>.empty());
static_assert(kFieldNames<Track> == std::array<std::string_view, 3>{"name", "points", "note"});
static_assert(kFieldNames<Pair<std::function<void(char)>, Line>>[1] == "second");
static_assert(kFieldNames<StandardTypesAndNoDefault>[11] == "after", "no constructor has to run");
static_assert(kFieldNames<Pins>[1] == "pinned");
static_assert(kFieldNames<SixtyFour>[63] == "g3");
static_assert(kFieldNames<CArrays>[2] == "matrix");
static_assert(kFieldNames<NoUniqueAddress>[0] == "empty" &&
              kFieldNames<NoUniqueAddress>[1] == "value");
static_assert(kFieldNames<Tree>[1] == "children");
static_assert(kFieldNames<Track>[0].data()[4] == '\0', "a name is also a C string");
static_assert(kFieldSpecs<Track>[0].js_name == "name" && !kFieldSpecs<Track>[0].optional);

struct OddNames {
  int _;
  int größe;
  int x1_y2;
  int value;
};
static_assert(kFieldNames<OddNames>[0] == "_");
static_assert(kFieldNames<OddNames>[1] == "größe");
static_assert(kFieldNames<OddNames>[2] == "x1_y2");
static_assert(kFieldNames<OddNames>[3] == "value", "also the name of our own storage");

TEST_CASE("a local struct has names") {
  struct Local {
    std::string title;
    NoDefault number;
  };
  static_assert(kFieldNames<Local> == std::array<std::string_view, 2>{"title", "number"});
  CHECK(FieldOffsets<Local>()[1] == sizeof(std::string));
}

TEST_CASE("a struct local to a generic lambda has names") {
  auto generic = [](auto value) {
    struct Local {
      decltype(value) held;
    };
    return kFieldNames<Local>[0];
  };
  CHECK(generic(1) == "held");
  CHECK(generic(std::string()) == "held");
}

// ---- Walking and measuring ----

TEST_CASE("ForEachField gives each field with its index, to write") {
  Point point{1, 2};
  ForEachField(point, [](auto index, double& field) { field += 10 * static_cast<int>(index()); });
  CHECK(point.x == 1);
  CHECK(point.y == 12);
}

TEST_CASE("ForEachField gives const fields of a const object") {
  const Point point{1, 2};
  double sum = 0;
  ForEachField(point, [&](auto, const double& field) { sum += field; });
  CHECK(sum == 3);
}

TEST_CASE("ForEachField runs at compile time") {
  constexpr double sum = [] {
    Point point{3, 4};
    double total = 0;
    ForEachField(point, [&](auto, double field) { total += field; });
    return total;
  }();
  static_assert(sum == 7);
}

TEST_CASE("a const field may be of a type without default constructor") {
  struct Mixed {
    const NoDefault first;
    int& (*second)();
  };
  static_assert(kFieldCount<Mixed> == 2);
  CHECK(FieldOffsets<Mixed>()[1] == 8);
}

template <class T>
bool OffsetsAreThoseOf(T& object) {
  bool same = true;
  const char* base = reinterpret_cast<const char*>(&object);
  ForEachField(object, [&](auto index, auto& field) {
    const void* by_offset = base + FieldOffsets<T>()[index()];
    same = same && by_offset == std::addressof(field);
  });
  return same;
}

struct Aligned {
  char a;
  alignas(64) char b;
  bool c;
};

TEST_CASE("offsets are where the fields lie") {
  Track track;
  CHECK(OffsetsAreThoseOf(track));
  StandardTypes types;
  CHECK(OffsetsAreThoseOf(types));
  CArrays arrays{};
  CHECK(OffsetsAreThoseOf(arrays));
  Pins pins;
  CHECK(OffsetsAreThoseOf(pins));
  NoUniqueAddress empty{};
  CHECK(OffsetsAreThoseOf(empty));
  Aligned aligned{};
  CHECK(OffsetsAreThoseOf(aligned));
  CHECK(FieldOffsets<Aligned>() == std::array<std::size_t, 3>{0, 64, 65});
  CHECK(FieldOffsets<Empty>().empty());
}

// ---- NODEHOST_FIELDS ----

struct Listed {
  std::string name;
  std::vector<Point> points;
  int retries = 3;
  std::mutex* lock = nullptr;
  NODEHOST_FIELDS(Listed, name, (points, nh::JsName("pts")),
                  (retries, nh::kOptional, nh::JsName("maxRetries")), (lock, nh::kIgnored))
};
static_assert(std::is_aggregate_v<Listed>, "a list of fields leaves an aggregate one");
static_assert(HasFieldList<Listed> && !HasFieldList<Track>);
static_assert(kFieldCount<Listed> == 3, "an ignored field does not count");
static_assert(kFieldNames<Listed> == std::array<std::string_view, 3>{"name", "points", "retries"});
static_assert(kFieldSpecs<Listed>[0].js_name == "name" && !kFieldSpecs<Listed>[0].optional);
static_assert(kFieldSpecs<Listed>[1].js_name == "pts");
static_assert(kFieldSpecs<Listed>[2].optional && kFieldSpecs<Listed>[2].js_name == "maxRetries");
static_assert(std::is_same_v<FieldType<Listed, 2>, int>);

struct IgnoresInTheMiddle {
  NODEHOST_FIELDS(IgnoresInTheMiddle, (a, nh::kIgnored), b, (c, nh::kIgnored), d);
  int a, b, c, d;
};
static_assert(kFieldNames<IgnoresInTheMiddle> == std::array<std::string_view, 2>{"b", "d"});

class Account {
 public:
  explicit Account(int balance) : balance_(balance) {}
  virtual ~Account() = default;

 private:
  int balance_;
  std::string owner_ = "nobody";
  NODEHOST_FIELDS(Account, (balance_, nh::JsName("balance")), owner_)
};
static_assert(Reflectable<Account>, "a class with private members, a constructor and a vtable");
static_assert(kFieldSpecs<Account>[0].js_name == "balance");

TEST_CASE("listed fields of a class are walked and measured") {
  Account account(7);
  int balance = 0;
  ForEachField(account, [&](auto, auto& field) {
    if constexpr (std::is_same_v<decltype(field), int&>) balance = field;
  });
  CHECK(balance == 7);
  CHECK(OffsetsAreThoseOf(account));
  Listed listed;
  CHECK(OffsetsAreThoseOf(listed));
}

struct Base {
  int id;
};
struct Derived : Base {
  int extra;
  NODEHOST_FIELDS(Derived, id, extra)
};
static_assert(kFieldNames<Derived> == std::array<std::string_view, 2>{"id", "extra"});

TEST_CASE("fields of a base class can be listed") {
  Derived derived{{1}, 2};
  CHECK(OffsetsAreThoseOf(derived));
}

struct InheritsAList : Listed {
  InheritsAList() {}
  int extra = 0;
};
static_assert(!HasFieldList<InheritsAList>, "an inherited list would drop the fields added to it");

template <class T>
struct Box {
  T held;
  NODEHOST_FIELDS(Box, (held, nh::kOptional))
};
static_assert(kFieldNames<Box<std::string>>[0] == "held" && kFieldSpecs<Box<int>>[0].optional);

struct NothingListed {
  int hidden;
  NODEHOST_FIELDS(NothingListed)
};
static_assert(kFieldCount<NothingListed> == 0);

struct WithoutMacro {
  int a, b;
  static constexpr auto NodehostFields() {
    return nh::Fields<WithoutMacro>(nh::Field("a", &WithoutMacro::a),
                                    nh::Field("b", &WithoutMacro::b, nh::JsName("c")));
  }
};
static_assert(kFieldSpecs<WithoutMacro>[1].js_name == "c");

struct ListedSixtyFour {
  TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) int g0, g1, g2, g3;
#define NAMES(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9
  NODEHOST_FIELDS(ListedSixtyFour, NAMES(a), NAMES(b), NAMES(c), NAMES(d), NAMES(e), NAMES(f), g0,
                  g1, (g2, nh::kOptional), g3)
};
static_assert(kFieldCount<ListedSixtyFour> == 64 && kFieldNames<ListedSixtyFour>[63] == "g3");

TEST_CASE("a local struct can list its fields") {
  struct Local {
    int a;
    std::string b;
    NODEHOST_FIELDS(Local, a, (b, nh::JsName("B")))
  };
  static_assert(kFieldSpecs<Local>[1].js_name == "B");
  Local local{1, "x"};
  CHECK(OffsetsAreThoseOf(local));
}

}  // namespace
