// Classes that the sample library and the test both have: all of it is inline, so that each has a
// vtable and a typeinfo of its own.
#pragma once

#include <stdexcept>

struct BorderError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct BorderBase {
  virtual ~BorderBase() = default;
  virtual int Number() const { return 1; }
};

struct BorderChild : BorderBase {
  int Number() const override { return 2; }
};

// Written, and there is one in the whole process.
inline int border_counter = 0;

/// What the library does with them.
struct BorderCalls {
  void (*throw_error)();
  bool (*catches)(void (*thrower)());
  BorderBase* (*make_child)();
  bool (*is_child)(const BorderBase& object);
  int (*count)();
};
