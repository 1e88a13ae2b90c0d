// The functions of the glibc floor, looked up as the relinked libnode looks them up: by version.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cstddef>
#include <string>

namespace {

template <typename Function>
Function* Find(const char* name, const char* version) {
  static void* const library = ::dlopen(RELINK_FLOOR, RTLD_NOW | RTLD_LOCAL);
  REQUIRE_MESSAGE(library != nullptr, ::dlerror());
  void* const found = ::dlvsym(library, name, version);
  REQUIRE_MESSAGE(found != nullptr, name);
  return reinterpret_cast<Function*>(found);
}

// What libstdc++'s own replace does with the result of _M_replace_cold: it sets the size.
std::string Replace(std::string text, std::size_t at, std::size_t count, std::size_t from,
                    std::size_t length) {
  using Cold = void(void*, char*, std::size_t, const char*, std::size_t, std::size_t);
  const auto cold =
      Find<Cold>("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm",
                 "GLIBCXX_3.4.30");
  const std::size_t size = text.size();
  text.reserve(100);
  char* const data = text.data();
  cold(&text, data + at, count, data + from, length, size - at - count);
  return std::string(data, size - count + length);
}

}  // namespace

TEST_CASE("the floor's numbers are the system's") {
  CHECK(Find<double(double, double)>("fmod", "GLIBC_2.29")(5.5, 2) == 1.5);
  CHECK(Find<long(const char*, char**, int)>("__isoc23_strtol", "GLIBC_2.29")("-12", nullptr, 10) ==
        -12);
  CHECK(Find<unsigned long long(const char*, char**, int)>("__isoc23_strtoull", "GLIBC_2.29")(
            "ff", nullptr, 16) == 255);
  int number = 0;
  CHECK(Find<int(const char*, const char*, ...)>("__isoc23_sscanf", "GLIBC_2.29")("7 apples", "%d",
                                                                                  &number) == 1);
  CHECK(number == 7);
}

TEST_CASE("the floor replaces part of a string by another part of it, as std::string does") {
  const std::string text = "0123456789";
  for (std::size_t at = 0; at <= text.size(); ++at)
    for (std::size_t count = 0; at + count <= text.size(); ++count)
      for (std::size_t from = 0; from <= text.size(); ++from)
        for (std::size_t length = 0; from + length <= text.size(); ++length) {
          std::string wanted = text;
          wanted.replace(at, count, text.substr(from, length));
          CHECK(Replace(text, at, count, from, length) == wanted);
        }
}
