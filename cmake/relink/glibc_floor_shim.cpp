// libnhfloor.so: the nine functions that a libnode linked on glibc 2.39 and GCC 14 wants and an
// older glibc or libstdc++ lacks. Their versions are in glibc_floor_shim.map.
#include <dlfcn.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>

#define NODEHOST_SHIM __attribute__((visibility("default")))

// The names are the system's, so they are reserved; without declarations there is nothing to keep
// in step.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

// The old functions by their names: where the headers are of a newer glibc, those in <cstdlib> and
// <cstdio> are the C23 ones.
long OldStrtol(const char*, char**, int) __asm__("strtol");
unsigned long OldStrtoul(const char*, char**, int) __asm__("strtoul");
long long OldStrtoll(const char*, char**, int) __asm__("strtoll");
unsigned long long OldStrtoull(const char*, char**, int) __asm__("strtoull");
int OldVfscanf(FILE*, const char*, va_list) __asm__("vfscanf");
int OldVsscanf(const char*, const char*, va_list) __asm__("vsscanf");

// The C23 functions also read 0b101 where the base is 0 or 2; these stop at the b.
NODEHOST_SHIM long __isoc23_strtol(const char* text, char** end, int base) {
  return OldStrtol(text, end, base);
}
NODEHOST_SHIM unsigned long __isoc23_strtoul(const char* text, char** end, int base) {
  return OldStrtoul(text, end, base);
}
NODEHOST_SHIM long long __isoc23_strtoll(const char* text, char** end, int base) {
  return OldStrtoll(text, end, base);
}
NODEHOST_SHIM unsigned long long __isoc23_strtoull(const char* text, char** end, int base) {
  return OldStrtoull(text, end, base);
}
NODEHOST_SHIM int __isoc23_fscanf(FILE* file, const char* format, ...) {
  va_list args;
  va_start(args, format);
  const int count = OldVfscanf(file, format, args);
  va_end(args);
  return count;
}
NODEHOST_SHIM int __isoc23_sscanf(const char* text, const char* format, ...) {
  va_list args;
  va_start(args, format);
  const int count = OldVsscanf(text, format, args);
  va_end(args);
  return count;
}

// 2.38's fmod differs in not setting errno through a wrapper. Asked for by version, because a plain
// look-up could find this very function.
NODEHOST_SHIM double fmod(double x, double y) {
  using Fmod = double (*)(double, double);
  static const Fmod libm =
      reinterpret_cast<Fmod>(dlvsym(dlopen("libm.so.6", RTLD_LAZY), "fmod", "GLIBC_2.2.5"));
  return libm(x, y);
}

// std::ios_base_library_init(): makes cout and friends ready; in older libraries each user did it
// itself.
NODEHOST_SHIM void _ZSt21ios_base_library_initv() { static std::ios_base::Init init; }

// std::string::_M_replace_cold(char* at, size_t old_size, const char* text, size_t new_size, size_t
// tail): replaces old_size characters at `at` by text, which may lie inside the string itself;
// `tail` characters follow. The caller has seen to it that the result fits, and sets the size.
NODEHOST_SHIM void _ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm(
    void*, char* at, std::size_t old_size, const char* text, std::size_t new_size,
    std::size_t tail) {
  const std::unique_ptr<char[]> copy(new char[new_size]);
  std::memcpy(copy.get(), text, new_size);
  std::memmove(at + new_size, at + old_size, tail);
  std::memcpy(at, copy.get(), new_size);
}
}
// NOLINTEND(bugprone-reserved-identifier)
