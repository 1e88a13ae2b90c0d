// relink_exports ORIGINAL COPY: fails unless both export the same symbols, at the same addresses,
// under the same library name.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <tuple>
#include <vector>

#include "elf_image.hpp"

namespace {

using Export = std::tuple<std::string, std::uint64_t, std::uint64_t, int, unsigned>;

std::vector<Export> Exports(const relink::ElfImage& image) {
  std::vector<Elf64_Half> versions(image.dynamic_symbols().size());
  if (const auto* section = image.FindType(SHT_GNU_versym))
    versions = image.Table<Elf64_Half>(*section);
  std::vector<Export> exports;
  for (std::size_t i = 0; i < image.dynamic_symbols().size(); ++i) {
    const Elf64_Sym& s = image.dynamic_symbols()[i];
    if (s.st_shndx != SHN_UNDEF)
      exports.emplace_back(image.DynamicString(s.st_name), s.st_value, s.st_size, s.st_info,
                           versions.at(i));
  }
  std::sort(exports.begin(), exports.end());
  return exports;
}

std::string Soname(const relink::ElfImage& image) {
  const auto at = image.DynamicValue(DT_SONAME);
  return at ? std::string(image.DynamicString(*at)) : "";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const auto original = relink::ElfImage::Load(argv[1]);
    const auto copy = relink::ElfImage::Load(argv[2]);
    const auto wanted = Exports(original);
    std::printf("%s exports %zu symbols\n", Soname(original).c_str(), wanted.size());
    if (wanted.empty() || wanted != Exports(copy) || Soname(original) != Soname(copy)) {
      std::printf("the copy exports something else\n");
      return 1;
    }
    return 0;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
