// A library with one of each kind of symbol that the relinking tool tells apart. Every pointer
// below is a relocation against a symbol of its own.
#include <cstddef>
#include <cstdlib>
#include <new>
#include <typeinfo>

#include "border.hpp"

void* operator new(std::size_t size) { return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

struct SampleBase {
  virtual ~SampleBase();
  virtual int Virtual() const;
};
SampleBase::~SampleBase() = default;
int SampleBase::Virtual() const { return 7; }

extern "C" {

int sample_function() { return 40; }
__attribute__((weak)) int sample_weak_function() { return 2; }
extern const int sample_constant = 5;  // NOLINT(readability-identifier-naming): as the others
int sample_variable = 6;
__attribute__((weak)) int sample_weak_variable = 8;
thread_local int sample_thread_local = 9;

using SampleFunction = int (*)();
SampleFunction sample_function_pointer = &sample_function;
SampleFunction sample_weak_function_pointer = &sample_weak_function;
const int* sample_constant_pointer = &sample_constant;
int* sample_variable_pointer = &sample_variable;
int* sample_weak_variable_pointer = &sample_weak_variable;
const std::type_info* sample_type_pointer = &typeid(SampleBase);
void* (*sample_new_pointer)(std::size_t) = &operator new;
int* sample_array_end = &sample_variable + 1;

// Called through the PLT. The bytes in its middle are no calls: an immediate, and data that is
// jumped over.
int sample_calls() {
  int sum = sample_function() + sample_weak_function();
  asm volatile(
      "movabs $0xe8e8e8e8e9e9e9e8, %%rax\n"
      "jmp 1f\n"
      ".byte 0xe8, 0, 0, 0, 0\n"
      "1:\n" ::
          : "rax", "memory");
  return sum + sample_function();
}

BorderCalls sample_border() {
  return {.throw_error = [] { throw BorderError("from the library"); },
          .catches =
              [](void (*thrower)()) {
                try {
                  thrower();
                } catch (const BorderError&) {
                  return true;
                } catch (...) {
                }
                return false;
              },
          .make_child = []() -> BorderBase* { return new BorderChild; },
          .is_child =
              [](const BorderBase& object) {
                return dynamic_cast<const BorderChild*>(&object) != nullptr;
              },
          .count = [] { return ++border_counter; }};
}

int sample_sum() {
  const SampleBase* object = new SampleBase;
  const int sum = sample_function_pointer() + sample_weak_function_pointer() +
                  *sample_constant_pointer + *sample_variable_pointer +
                  *sample_weak_variable_pointer + sample_thread_local + object->Virtual() +
                  static_cast<int>(sample_array_end - sample_variable_pointer);
  delete object;
  return sum;
}
}
