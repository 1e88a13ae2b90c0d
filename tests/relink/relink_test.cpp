#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

#include "border.hpp"
#include "direct_calls.hpp"
#include "elf_image.hpp"
#include "glibc_floor.hpp"
#include "instruction.hpp"
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

// The symbols that relocations still refer to by name, with their number.
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

void CheckItWorks(const std::filesystem::path& file) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE_MESSAGE(library != nullptr, ::dlerror());
  const auto call = [&](const char* name) {
    const auto function = reinterpret_cast<int (*)()>(::dlsym(library, name));
    const bool found = function != nullptr;
    REQUIRE(found);
    return function();
  };
  CHECK(call("sample_sum") == 40 + 2 + 5 + 6 + 8 + 9 + 7 + 1);
  CHECK(call("sample_calls") == 40 + 2 + 40);
  ::dlclose(library);
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
    CHECK_FALSE(
        Refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).empty());
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
      relink::CallDirectly(image, relink::BindOwnSymbols(image));
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
  CHECK(MayBind(image, "_ZTV10SampleBase"));
  CHECK(MayBind(image, "_ZTI10SampleBase"));
  CHECK(MayBind(image, "_ZTS10SampleBase"));
  CHECK(MayBind(image, "_ZTV11BorderChild"));
  CHECK(MayBind(image, "_ZTI11BorderError"));
  CHECK_FALSE(MayBind(image, "border_counter"));
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
  for (const char* name : {"sample_function", "sample_weak_function", "sample_constant",
                           "_ZTI10SampleBase", "_ZTV11BorderChild"})
    CHECK_FALSE(after.contains(name));
  for (const char* name : {"sample_variable", "sample_weak_variable", "_Znwm", "border_counter"})
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
  CheckItWorks(file);
}

TEST_CASE("typeinfo is left to the loader where its address tells types apart") {
  const Bytes whole = ReadSample();
  const std::string text(whole.begin(), whole.end());
  const auto at = text.find("libstdc++.so");
  REQUIRE(at != std::string::npos);
  Bytes bytes = whole;
  const std::string other = "libc++.so.1";
  std::copy(other.begin(), other.end() + 1, bytes.begin() + static_cast<std::ptrdiff_t>(at));
  const ElfImage image(std::move(bytes));
  CHECK_FALSE(MayBind(image, "_ZTI10SampleBase"));
  CHECK_FALSE(MayBind(image, "_ZTS10SampleBase"));
  CHECK(MayBind(image, "_ZTV10SampleBase"));
}

TEST_CASE("exceptions, dynamic_cast and written data cross the border of a bound library") {
  for (const int scope : {RTLD_LOCAL, RTLD_GLOBAL}) {
    const auto file = std::filesystem::path(RELINK_SAMPLE).parent_path() /
                      ("relink_sample_border" + std::to_string(scope) + ".so");
    ElfImage image = ElfImage::Load(RELINK_SAMPLE);
    relink::BindOwnSymbols(image);
    image.Save(file);
    void* const library = ::dlopen(file.c_str(), RTLD_NOW | scope);
    REQUIRE_MESSAGE(library != nullptr, ::dlerror());
    const auto border = reinterpret_cast<BorderCalls (*)()>(::dlsym(library, "sample_border"))();

    CHECK_THROWS_AS(border.throw_error(), BorderError);
    CHECK(border.catches([] { throw BorderError("from the program"); }));
    const std::unique_ptr<BorderBase> child(border.make_child());
    CHECK(child->Number() == 2);
    CHECK(dynamic_cast<BorderChild*>(child.get()) != nullptr);
    const BorderBase& base = *child;
    CHECK(typeid(base) == typeid(BorderChild));
    CHECK(border.is_child(BorderChild()));
    CHECK_FALSE(border.is_child(BorderBase()));
    const int before = border_counter;
    CHECK(border.count() == before + 1);
    CHECK(border_counter == before + 1);
  }
}

TEST_CASE("a library that calls itself directly loads and works as before") {
  const auto file = std::filesystem::path(RELINK_SAMPLE).parent_path() / "relink_sample_direct.so";
  ElfImage image = ElfImage::Load(RELINK_SAMPLE);
  const auto direct = relink::CallDirectly(image, relink::BindOwnSymbols(image));
  CHECK(direct.calls >= 3);
  CHECK(direct.functions_left == 0);
  image.Save(file);
  CheckItWorks(file);
}

TEST_CASE("only calls of bound symbols change, each in its four bytes of distance") {
  ElfImage image(ReadSample());
  const relink::Section& text = *image.FindName(".text");
  const auto bytes = [&] {
    const auto now = image.Bytes(text);
    return Bytes(now.begin(), now.end());
  };
  const auto bound = relink::BindOwnSymbols(image);
  const Bytes before = bytes();
  const auto direct = relink::CallDirectly(image, bound);
  const Bytes after = bytes();
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    ++changed;
    // The call's opcode stands 1 to 4 bytes before.
    const bool in_call =
        std::any_of(before.begin() + static_cast<std::ptrdiff_t>(i < 4 ? 0 : i - 4),
                    before.begin() + static_cast<std::ptrdiff_t>(i),
                    [](unsigned char c) { return c == 0xe8 || c == 0xe9; });
    CHECK(in_call);
  }
  CHECK(changed >= direct.calls);
  CHECK(changed <= direct.calls * 4);
  // A second time there is nothing left to do.
  CHECK(relink::CallDirectly(image, bound).calls == 0);
}

TEST_CASE("instruction lengths") {
  struct Case {
    const char* text;
    Bytes code;
    std::size_t length;
  };
  const std::vector<Case> cases{
      {"ret", {0xc3}, 1},
      {"call rel32", {0xe8, 1, 2, 3, 4}, 5},
      {"bnd jmp rel32", {0xf2, 0xe9, 1, 2, 3, 4}, 6},
      {"endbr64", {0xf3, 0x0f, 0x1e, 0xfa}, 4},
      {"mov rax, [rip+d32]", {0x48, 0x8b, 0x05, 0, 0, 0, 0}, 7},
      {"mov eax, [rsp+8]", {0x8b, 0x44, 0x24, 8}, 4},
      {"mov eax, [rbp*1+d32]", {0x8b, 0x04, 0x2d, 0, 0, 0, 0}, 7},
      {"mov eax, [rbp+rax+0]", {0x8b, 0x44, 0x05, 0}, 4},
      {"movabs rax, i64", {0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8}, 10},
      {"mov ax, i16", {0x66, 0xb8, 1, 2}, 4},
      {"movabs al, [moffs]", {0xa0, 1, 2, 3, 4, 5, 6, 7, 8}, 9},
      {"test [rax], i8", {0xf6, 0x00, 1}, 3},
      {"not [rax]", {0xf6, 0x10}, 2},
      {"test rax, i32", {0x48, 0xf7, 0xc0, 1, 2, 3, 4}, 7},
      {"add word [rax], i16", {0x66, 0x81, 0x00, 1, 2}, 5},
      {"jne rel32", {0x0f, 0x85, 1, 2, 3, 4}, 6},
      {"enter", {0xc8, 1, 2, 3}, 4},
      {"nopw cs:[rax+rax+d32]", {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}, 10},
      {"pshufb xmm", {0x66, 0x0f, 0x38, 0x00, 0xc1}, 5},
      {"palignr xmm, i8", {0x66, 0x0f, 0x3a, 0x0f, 0xc1, 8}, 6},
      {"vzeroupper", {0xc5, 0xf8, 0x77}, 3},
      {"vpshufd ymm, i8", {0xc5, 0xfd, 0x70, 0xc1, 3}, 5},
      {"vpermq ymm, i8", {0xc4, 0xe3, 0xfd, 0x00, 0xc1, 3}, 6},
      {"vmovdqu64 zmm, [rax+disp8]", {0x62, 0xf1, 0xfe, 0x48, 0x6f, 0x40, 1}, 7},
      {"vpternlogd zmm, i8", {0x62, 0xf3, 0x75, 0x48, 0x25, 0xc2, 1}, 7},
      {"push es: not in 64-bit mode", {0x06}, 0},
      {"cut short", {0xe8, 1, 2}, 0},
      {"empty", {}, 0},
      {"sixteen prefixes", Bytes(16, 0x66), 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(relink::DecodeLength(c.code).length == c.length);
  }
}

TEST_CASE("a library that needs no newer glibc is left without a floor") {
  ElfImage image(ReadSample());
  if (relink::NeedsAboveFloor(image).empty()) {
    CHECK(relink::LowerFloor(image) == 0);
    CHECK_FALSE(image.DynamicValue(DT_RUNPATH).has_value());
  }
}
