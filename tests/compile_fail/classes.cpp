// What cannot be said of a C++ class, and what of its objects does not cross.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <memory>

namespace nh = nodehost;

struct Other {
  int Get(int by) { return by; }
};
class Counter {
 public:
  explicit Counter(int start) : value_(start) {}
#if CASE_a_destructor_that_throws  // says: the destructor of a class for JavaScript throws nothing
  ~Counter() noexcept(false) {}
#else
  ~Counter() {}
#endif
  Counter* Next() { return this; }
  Counter& Self() { return *this; }
  int Compare(const Counter* other) const { return other ? 1 : 0; }
  int CompareTo(const Counter& other) const { return other.value_; }

 private:
  int value_;
};
int Free(Other& other) { return other.Get(1); }
int OfCounter(Counter& counter) { return counter.CompareTo(counter); }
class NotDescribed {
 public:
  explicit NotDescribed(int);

 private:
  int value_;
};

template <>
struct nodehost::Describe<Counter> {
  static void To(nh::Class<Counter>& c) {
#if CASE_a_constructor_that_is_not_there  // says: T has no such constructor
    c.Constructor<Other>();
#else
    c.Constructor<int>();
#endif

#if CASE_a_raw_pointer_as_a_result  // says: a raw pointer does not cross into JavaScript
    c.Method<&Counter::Next>();
#else
    c.Method<&Counter::Self>();
#endif

#if CASE_a_raw_pointer_as_an_argument  // says: a raw pointer does not cross into JavaScript
    c.Method<&Counter::Compare>();
#else
    c.Method<&Counter::CompareTo>();
#endif

#if CASE_a_function_of_another_class  // says: takes the object as its first
    c.Method<&Free>();
#else
    c.Method<&OfCounter>();
#endif
  }
};

struct Shape {
  virtual ~Shape() = default;
  virtual int Sides() const { return 3; }
  virtual nh::Task<int> Load() { co_return 1; }
};
#if CASE_an_extension_that_is_not_overridable  // says: Extended derives from nodehost::Overridable
struct ShapeInJs final : Shape {
#else
struct ShapeInJs final : Shape, nh::Overridable {
  int Sides() const override {
    return OverrideOr<&Shape::Sides>([this] { return Shape::Sides(); });
  }
#endif
#if CASE_a_virtual_function_whose_result_comes_later  // says: overrides is there when it returns
  nh::Task<int> Load() override {
    return OverrideOr<&Shape::Load>([this] { return Shape::Load(); });
  }
#endif
};
template <>
struct nodehost::Describe<Shape> {
  static void To(nh::Class<Shape>& c) { c.ExtendedAs<ShapeInJs>().Method<&Shape::Sides>(); }
};

#if CASE_a_class_without_a_description  // says: the class has a nodehost::Describe<T>
nh::Method<void(std::shared_ptr<NotDescribed>)> keep;
#else
nh::Method<void(std::shared_ptr<Counter>)> keep;
#endif

void Use() {
  static_cast<void>(nh::Class<Counter>());
  keep(nullptr);
}
