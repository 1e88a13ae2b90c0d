#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "elf_image.hpp"
#include "glibc_floor.hpp"
#include "own_symbols.hpp"

using relink::ElfError;
using relink::ElfImage;
using Bytes = std::vector<unsigned char>;

namespace {

Bytes ReadSample() {
  std::ifstream in(RELINK_SAMPLE, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

Bytes With(std::size_t offset, std::initializer_list<unsigned char> changed) {
  Bytes bytes = ReadSample();
  std::copy(changed.begin(), changed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  return bytes;
}

std::string Refusal(Bytes bytes) {
  try {
    const ElfImage image(std::move(bytes));
    return "";
  } catch (const ElfError& error) {
    return error.what();
  }
}

bool Contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool MayBind(const ElfImage& image, std::string_view name) {
  for (const Elf64_Sym& symbol : image.dynamic_symbols())
    if (image.DynamicString(symbol.st_name) == name) return relink::MayBind(image, symbol);
  FAIL("no such symbol: " << std::string(name));
  return false;
}

// What the relocations that still name a symbol name.
std::map<std::string, int> NamedByRelocations(const ElfImage& image) {
  std::map<std::string, int> names;
  for (const relink::Section& section : image.sections()) {
    if (section.header.sh_type != SHT_RELA) continue;
    for (const auto& r : image.Table<Elf64_Rela>(section))
      if (const auto index = ELF64_R_SYM(r.r_info))
        ++names[std::string(image.DynamicString(image.dynamic_symbols()[index].st_name))];
  }
  return names;
}

}  // namespace

TEST_CASE("refuses what it does not understand, and says what") {
  CHECK(Contains(Refusal({}), "not an ELF file"));
  CHECK(Contains(Refusal(Bytes(1000, 'x')), "not an ELF file"));
  CHECK(Contains(Refusal(With(EI_CLASS, {ELFCLASS32})), "not a 64-bit"));
  CHECK(Contains(Refusal(With(EI_DATA, {ELFDATA2MSB})), "not little-endian"));
  CHECK(Contains(Refusal(With(18, {EM_AARCH64, 0})), "for machine 183, not x86-64"));
  CHECK(Contains(Refusal(With(16, {ET_EXEC, 0})), "not a shared library"));
  CHECK_THROWS_AS(ElfImage::Load("/nonexistent/libnode.so"), ElfError);
}

TEST_CASE("a truncated file is refused wherever it was cut") {
  const Bytes whole = ReadSample();
  REQUIRE(Refusal(whole).empty());
  for (std::size_t size = 0; size < whole.size(); size += 41) {
    CAPTURE(size);
    CHECK_FALSE(Refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).empty());
  }
}

TEST_CASE("a damaged file is refused or relinked, and never read outside of its bounds") {
  const Bytes whole = ReadSample();
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    Bytes bytes = whole;
    bytes[at] = static_cast<unsigned char>(bytes[at] ^ 0xff);
    try {
      ElfImage image(std::move(bytes));
      relink::LowerFloor(image);
      relink::BindOwnSymbols(image);
    } catch (const ElfError&) {
    }
  }
}

TEST_CASE("which symbols may be bound") {
  const ElfImage image(ReadSample());
  CHECK(MayBind(image, "sample_function"));
  CHECK(MayBind(image, "sample_weak_function"));
  CHECK(MayBind(image, "sample_constant"));
  CHECK_FALSE(MayBind(image, "sample_variable"));
  CHECK_FALSE(MayBind(image, "sample_weak_variable"));
  CHECK_FALSE(MayBind(image, "sample_thread_local"));
  CHECK_FALSE(MayBind(image, "_ZTI10SampleBase"));
  CHECK_FALSE(MayBind(image, "_ZTS10SampleBase"));
  CHECK_FALSE(MayBind(image, "_Znwm"));
  CHECK_FALSE(MayBind(image, "_ZdlPv"));
  CHECK_FALSE(MayBind(image, "malloc"));
}

TEST_CASE("binding turns exactly those relocations into RELATIVE ones") {
  ElfImage image(ReadSample());
  const auto before = NamedByRelocations(image);
  REQUIRE(before.contains("sample_function"));
  const auto bound = relink::BindOwnSymbols(image);
  const auto after = NamedByRelocations(image);
  CHECK(bound.slots.size() >= 4);
  for (const char* name : {"sample_function", "sample_weak_function", "sample_constant"})
    CHECK_FALSE(after.contains(name));
  for (const char* name : {"sample_variable", "sample_weak_variable", "_Znwm", "_ZTI10SampleBase"})
    CHECK(after.contains(name));
}

TEST_CASE("the RELATIVE relocations come first, as many as DT_RELACOUNT says") {
  ElfImage image(ReadSample());
  relink::BindOwnSymbols(image);
  const auto count = image.DynamicValue(DT_RELACOUNT);
  REQUIRE(count.has_value());
  const auto table = image.Table<Elf64_Rela>(*image.FindName(".rela.dyn"));
  for (std::size_t i = 0; i < table.size(); ++i)
    CHECK((ELF64_R_TYPE(table[i].r_info) == R_X86_64_RELATIVE) == (i < *count));
}

TEST_CASE("jump slots of a lazily bound library are left to the loader") {
  ElfImage image(ReadSample());
  REQUIRE(image.BindsNow());
  for (const auto tag : {DT_FLAGS, DT_FLAGS_1})
    if (image.DynamicValue(tag)) image.SetDynamicValue(tag, 0);
  REQUIRE_FALSE(image.BindsNow());
  relink::BindOwnSymbols(image);
  if (const auto* plt = image.FindName(".rela.plt"))
    for (const auto& r : image.Table<Elf64_Rela>(*plt))
      CHECK(ELF64_R_TYPE(r.r_info) != R_X86_64_RELATIVE);
}

TEST_CASE("a bound library loads and works as before") {
  const auto file = std::filesystem::path(RELINK_SAMPLE).parent_path() / "relink_sample_bound.so";
  ElfImage image = ElfImage::Load(RELINK_SAMPLE);
  relink::BindOwnSymbols(image);
  image.Save(file);
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE_MESSAGE(library != nullptr, ::dlerror());
  const auto sum = reinterpret_cast<int (*)()>(::dlsym(library, "sample_sum"));
  const bool found = sum != nullptr;
  REQUIRE(found);
  CHECK(sum() == 40 + 2 + 5 + 6 + 8 + 9 + 7 + 1);
  ::dlclose(library);
}

TEST_CASE("a library that needs no newer glibc is left without a floor") {
  ElfImage image(ReadSample());
  if (relink::NeedsAboveFloor(image).empty()) {
    CHECK(relink::LowerFloor(image) == 0);
    CHECK_FALSE(image.DynamicValue(DT_RUNPATH).has_value());
  }
}
