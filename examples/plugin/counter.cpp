// A C++ module for scripts: nodehost run --module ./libcounter.so count.mjs
#include <nodehost/nodehost.hpp>
#include <nodehost/plugin.hpp>

namespace nh = nodehost;

namespace counting {

class Counter {
 public:
  explicit Counter(int start) : value_(start) {}
  int Increment(int by) { return value_ += by; }

 private:
  int value_;
};

struct CounterModule {
  nh::Class<counting::Counter> Counter;
  nh::Method<double(double, double)> add;
  NODEHOST_FIELDS(CounterModule, Counter, add)
};

CounterModule Make(nh::Js&) {
  return {.Counter = {}, .add = [](double a, double b) { return a + b; }};
}

}  // namespace counting

template <>
struct nodehost::Describe<counting::Counter> {
  static void To(nh::Class<counting::Counter>& counter) {
    counter.Constructor<int>().Method<&counting::Counter::Increment>();
  }
};

NODEHOST_PLUGIN(nodehost::Module("app:counter", counting::Make))
