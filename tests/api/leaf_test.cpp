// Leaf: what optimised JavaScript calls directly must give what the ordinary call gives.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/host.hpp"
#include "support/lacks.hpp"

using test::NewEnvironment;

namespace {

double Add(double a, double b) { return a + b; }
float Half(float a) { return a / 2; }
std::int32_t Increment(std::int32_t a) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + 1);
}
std::uint32_t Flip(std::uint32_t a) { return ~a; }
std::int8_t Small(std::int8_t a) { return static_cast<std::int8_t>(-a); }
std::uint16_t Middle(std::uint16_t a) { return static_cast<std::uint16_t>(a / 2); }
bool Not(bool a) { return !a; }
void Nothing(double) {}
std::uint32_t Length(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }
std::uint32_t Copied(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }
template <class T>
double Sum(std::span<const T> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}
double Root(double a) {
  if (a < 0) throw std::out_of_range("a root of " + std::to_string(static_cast<int>(a)));
  return std::sqrt(a);
}

struct Functions {
  nh::Method<double(double, double)> add;
  nh::Method<float(float)> half;
  nh::Method<std::int32_t(std::int32_t)> increment;
  nh::Method<std::uint32_t(std::uint32_t)> flip;
  nh::Method<std::int8_t(std::int8_t)> small;
  nh::Method<std::uint16_t(std::uint16_t)> middle;
  nh::Method<bool(bool)> negate;
  nh::Method<void(double)> nothing;
  nh::Method<std::uint32_t(std::string_view)> length;
  nh::Method<std::uint32_t(std::string)> copied;
  nh::Method<double(std::span<const double>)> sum;
  nh::Method<double(std::span<const std::uint8_t>)> sumBytes;
  nh::Method<double(std::span<const std::int32_t>)> sumInts;
  nh::Method<double(double)> root;
};

const Functions kLeaves{.add = nh::Leaf<&Add>,
                        .half = nh::Leaf<&Half>,
                        .increment = nh::Leaf<&Increment>,
                        .flip = nh::Leaf<&Flip>,
                        .small = nh::Leaf<&Small>,
                        .middle = nh::Leaf<&Middle>,
                        .negate = nh::Leaf<&Not>,
                        .nothing = nh::Leaf<&Nothing>,
                        .length = nh::Leaf<&Length>,
                        .copied = nh::Leaf<&Copied>,
                        .sum = nh::Leaf<&Sum<double>>,
                        .sumBytes = nh::Leaf<&Sum<std::uint8_t>>,
                        .sumInts = nh::Leaf<&Sum<std::int32_t>>,
                        .root = nh::Leaf<&Root>};
const Functions kOrdinary{&Add,
                          &Half,
                          &Increment,
                          &Flip,
                          &Small,
                          &Middle,
                          &Not,
                          &Nothing,
                          &Length,
                          &Copied,
                          &Sum<double>,
                          &Sum<std::uint8_t>,
                          &Sum<std::int32_t>,
                          &Root};

// `compare(leaf, ordinary, usual)`: optimises a caller of each with the usual arguments, then gives
// both all kinds of others; what does not come out alike, as text.
constexpr const char* kCompare = R"js((() => {
  const detached = new Float64Array([1, 2]);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const shared = new Float64Array(new SharedArrayBuffer(16));
  const tracking = new Float64Array(new ArrayBuffer(16, { maxByteLength: 64 }));
  const odd = [0, -0, 1, -1, 1.5, -1.5, NaN, Infinity, -Infinity, 127, 128, -128, -129, 255, 256,
    65535, 65536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53,
    1e300, 5e-324, true, false, null, undefined, '', 'text', '1', 'ä', '€', 'x'.repeat(100) + 'ä',
    'a'.repeat(20) + 'b'.repeat(20), '\0', '\ud800', 1n, {}, [], [1, 2], ['a'], Symbol('s'),
    { valueOf: () => 1 }, { toString: () => 'x' }, new Number(1), new String('s'), () => 1,
    new Float64Array([1, 2.5]), new Float64Array(0), new Float64Array([1, 2, 3]).subarray(1),
    new Uint8Array([1, 2]), new Int32Array([-1, 7]), new Uint8ClampedArray([1, 2]), Buffer.from('abc'),
    new Float32Array([1]), new BigInt64Array(1), new ArrayBuffer(8), detached, shared, tracking];
  return (leaf, ordinary, usual) => {
    const callers = [leaf, ordinary].map((f) => usual.length === 1 ?
      new Function('f', 'return (a) => f(a)')(f) : new Function('f', 'return (a, b) => f(a, b)')(f));
    const outcome = (call) => {
      try {
        const value = call();
        return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
      } catch (e) {
        return `${e.name} ${e.constructor.name} ${e.code} ${e.message} ${e.stack.split('\n').length}`;
      }
    };
    const warm = () => {
      for (const caller of callers) for (let i = 0; i < 20000; i++) caller(...usual);
    };
    const different = [];
    const compare = (...given) => {
      const [a, b] = callers.map((caller) => outcome(() => caller(...given)));
      if (a !== b) different.push(`${String(given[0])}: ${a} instead of ${b}`);
    };
    warm();
    for (const value of odd) {
      compare(...usual.with(usual.length - 1, value));
      if (typeof value !== typeof usual[0]) warm();  // V8 has thrown the code away
    }
    const [none, other] = [leaf, ordinary].map((f) => outcome(() => f()));
    if (none !== other) different.push(`none: ${none} instead of ${other}`);
    return different.join('\n');
  };
})())js";

}  // namespace

TEST_CASE("a leaf gives what the ordinary call gives, whatever it gets") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:leaves", kLeaves});
  node.AddModule({"app:ordinary", kOrdinary});
  node.Run([](nh::Js& js) {
    const nh::Value compare = js.Eval(kCompare);
    const nh::Value leaves = js.Import("app:leaves");
    const nh::Value ordinary = js.Import("app:ordinary");
    for (const auto& row : std::initializer_list<std::pair<const char*, const char*>>{
             {"add", "[1.5, 2]"},
             {"half", "[0.1]"},
             {"increment", "[41]"},
             {"flip", "[4000000000]"},
             {"small", "[-7]"},
             {"middle", "[65535]"},
             {"negate", "[true]"},
             {"nothing", "[1]"},
             {"length", "['usual']"},
             {"copied", "['usual, and a bit longer than that']"},
             {"sum", "[new Float64Array([1, 2, 3.5])]"},
             {"sumBytes", "[new Uint8Array([1, 2, 255])]"},
             {"sumInts", "[new Int32Array([1, 2, -3])]"},
             {"root", "[2]"}}) {
      const char* const name = row.first;  // Clang 14 captures no structured bindings
      INFO("function: ", name);
      CHECK(compare(leaves[name], ordinary[name], js.Eval(row.second)).As<std::string>() == "");
    }
  });
}

namespace {

// The ordinary call hands over two copies of one text, the direct one its place in V8's heap.
int direct_calls = 0;
std::int32_t Watch(std::string_view one, std::string_view same) {
  if (one.data() == same.data()) ++direct_calls;
  return static_cast<std::int32_t>(one.size());
}

class Account {
 public:
  explicit Account(double balance) : balance_(balance) {}
  double Deposit(double amount) {
    if (amount < 0) throw std::invalid_argument("a negative amount");
    ++deposits;
    return balance_ += amount;
  }
  bool Is(std::int32_t cents) const noexcept { return balance_ * 100 == cents; }
  double balance() const { return balance_; }
  static double Double(double a) { return 2 * a; }
  static inline int deposits = 0;

 private:
  double balance_;
};
double Above(const Account& account, double limit) { return account.balance() - limit; }

class Savings : public Account {
 public:
  using Account::Account;
};

struct Bank {
  nh::Class<::Account> Account;
  nh::Class<::Savings> Savings;
  nh::Method<void(std::unique_ptr<::Account>)> close;
};

}  // namespace

template <>
struct nodehost::Describe<Account> {
  static void To(nh::Class<Account>& c) {
    c.Constructor<double>()
        .Method<nh::Leaf<&Account::Deposit>>()
        .Method<nh::Leaf<&Account::Is>>()
        .Method<nh::Leaf<&Above>>()
        .StaticMethod<nh::Leaf<&Account::Double>>()
        .Property<&Account::balance>();
  }
};
template <>
struct nodehost::Describe<Savings> {
  static void To(nh::Class<Savings>& c) { c.Constructor<double>().Base<Account>(); }
};

TEST_CASE("optimised JavaScript calls a leaf directly") {
  if (test::Lacks(test::NodeMajor() != 22, "fast calls that may ask for the ordinary call")) return;
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Method<std::int32_t(std::string_view, std::string_view)> watch = nh::Leaf<&Watch>;
    direct_calls = 0;
    const std::string total =
        js.Eval(
              "(watch, text) => { const call = (text) => watch(text, text);"
              "let n = 0; for (let i = 0; i < 200000; i++) n += call(text); return `${n}`; }")(
              watch, "twelve chars")
            .As<std::string>();
    CHECK(total == "2400000");
    CHECK(direct_calls > 1000);
  });
}

TEST_CASE("methods may be leaves, and find out wrong objects") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:bank", Bank{{}, {}, [](const std::unique_ptr<Account>&) {}}});
  const std::string text = node.Run([](nh::Js& js) {
    return js
        .Eval(R"js((() => {
      const { Account, Savings, close } = require('app:bank');
      class Mine extends Account {}
      const deposit = (account, amount) => account.deposit(amount);
      const bare = (f, amount) => f(amount);
      const warm = () => { const a = new Account(0);
        for (let i = 0; i < 30000; i++) { deposit(a, 1.5); bare(Account.double, 2); } return a.balance; };
      const said = [warm()];
      const attempt = (call) => { try { said.push(call()); } catch (e) { said.push(`${e.name}: ${e.message}`); } };
      const closed = new Account(1);
      close(closed);
      const { deposit: method } = Account.prototype;
      for (const object of [new Savings(1), new Mine(2), closed, Object.create(Account.prototype),
                            { deposit: method }, new Proxy(new Account(1), {}), Buffer.from('a')]) {
        warm();
        attempt(() => method.call(object, 1));
        object.deposit = method;
        attempt(() => deposit(object, 1));
      }
      warm();
      attempt(() => bare(method, 1));
      attempt(() => deposit(new Account(1), -1));
      attempt(() => new Account(2).is(200));
      attempt(() => new Account(2).above(0.5));
      attempt(() => Account.double(21));
      attempt(() => `${Account.prototype.deposit.name} ${Account.prototype.deposit.length}`);
      return said.join('\n');
    })())js")
        .As<std::string>();
  });
  CHECK(text ==
        "45000\n2\n3\n3\n4\n"
        "TypeError: Account: the object was handed over to C++\n"
        "TypeError: Account: the object was handed over to C++\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object Account\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object Account\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object Buffer\n"
        "TypeError: Account.deposit: expected a Account as `this`, got object Buffer\n"
        "TypeError: Account.deposit: expected a Account as `this`, got none\n"
        "TypeError: a negative amount\ntrue\n1.5\n42\ndeposit 1");
}

TEST_CASE("what a leaf throws is thrown once, and what it did is done once") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:bank", Bank{}});
  Account::deposits = 0;
  const std::string text = node.Run([](nh::Js& js) {
    return js
        .Eval(R"js((() => {
      const account = new (require('app:bank').Account)(0);
      const deposit = (amount) => account.deposit(amount);
      let thrown = 0;
      for (let i = 0; i < 50000; i++) {
        try { deposit(i % 10 === 9 ? -1 : 1); } catch (e) { thrown += e.message === 'a negative amount'; }
      }
      return `${thrown} ${account.balance}`;
    })())js")
        .As<std::string>();
  });
  CHECK(text == "5000 45000");
  CHECK(Account::deposits == 45000);
}

TEST_CASE("a loop of leaves is ended by Stop") {
  for (const char* const loop :
       {"const { add } = require('app:leaves'); for (let i = 0; ; i = add(i, 1));",
        "const account = new (require('app:bank').Account)(0); for (;;) account.deposit(1);"}) {
    INFO("loop: ", loop);
    nh::Environment node = NewEnvironment();
    node.AddModule({"app:leaves", kLeaves});
    node.AddModule({"app:bank", Bank{}});
    node.Post([loop](nh::Js& js) { js.Eval(loop); });
    const nh::StopResult result = node.Stop(std::chrono::milliseconds(300));
    CHECK(result.reason == nh::EndReason::kTerminated);
  }
}
