// nodehost-relink: writes a copy of a prebuilt libnode that starts faster and runs on an older
// glibc. The original is never touched. What it does not understand it refuses, saying what and
// where.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "direct_calls.hpp"
#include "elf_image.hpp"
#include "glibc_floor.hpp"
#include "own_symbols.hpp"

namespace {

constexpr const char* kUsage =
    "usage: nodehost-relink [--floor] [--bind [--direct-calls]] LIBRARY COPY\n"
    "       nodehost-relink --describe LIBRARY\n"
    "  --floor  runs on glibc older than 2.38, with libnhfloor.so beside the copy\n"
    "  --bind   binds the library to its own symbols, for a faster start\n"
    "  --direct-calls  its calls to them no longer go through the PLT, for faster calls\n";

struct Options {
  bool floor = false;
  bool bind = false;
  bool direct_calls = false;
  bool describe = false;
  std::vector<std::string> files;
};

bool Parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--floor") {
      options.floor = true;
    } else if (arg == "--bind") {
      options.bind = true;
    } else if (arg == "--direct-calls") {
      options.direct_calls = true;
    } else if (arg == "--describe") {
      options.describe = true;
    } else if (arg.starts_with("-")) {
      return false;
    } else {
      options.files.emplace_back(arg);
    }
  }
  if (options.direct_calls && !options.bind) return false;
  return options.files.size() == (options.describe ? 1u : 2u);
}

void Describe(const relink::ElfImage& image) {
  std::string needs;
  for (const std::string& name : relink::NeedsAboveFloor(image)) needs += " " + name;
  std::printf("needs the glibc floor:%s\n", needs.empty() ? " no" : needs.c_str());
}

void Relink(const Options& options) {
  const std::filesystem::path source = options.files[0];
  const std::filesystem::path copy = options.files[1];
  if (std::filesystem::exists(copy) && std::filesystem::equivalent(source, copy))
    throw relink::ElfError("would be overwritten: the copy needs another name");
  auto image = relink::ElfImage::Load(source);
  if (options.floor) std::printf("version needs lowered: %zu\n", relink::LowerFloor(image));
  if (options.bind) {
    const auto bound = relink::BindOwnSymbols(image);
    std::printf("relocations bound: %zu, left: %zu\n", bound.slots.size(), bound.left);
    if (options.direct_calls) {
      const auto direct = relink::CallDirectly(image, bound);
      std::printf("calls made direct: %zu; functions walked: %zu, given up: %zu\n", direct.calls,
                  direct.functions, direct.functions_left);
    }
  }
  image.Save(copy);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  try {
    if (options.describe) {
      Describe(relink::ElfImage::Load(options.files[0]));
    } else {
      Relink(options);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nodehost-relink: %s: %s\n", options.files[0].c_str(), error.what());
    return 1;
  }
}
