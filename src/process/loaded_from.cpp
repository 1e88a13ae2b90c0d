#include "loaded_from.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#endif
#if defined(__linux__)
#include <link.h>
#endif

namespace nodehost::host {

namespace {

#if defined(__linux__)

using Header = ElfW(Phdr);

struct LoadedFile {
  const char* path = nullptr;  // empty for the program itself
  std::uintptr_t base = 0;
  std::span<const Header> headers;

  const std::byte* At(const Header& header) const noexcept {
    return reinterpret_cast<const std::byte*>(base + header.p_vaddr);
  }
  bool Holds(const void* address) const noexcept {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    return std::ranges::any_of(headers, [&](const Header& each) {
      const std::uintptr_t begin = base + each.p_vaddr;
      return each.p_type == PT_LOAD && wanted >= begin && wanted < begin + each.p_memsz;
    });
  }
};

// dladdr would go on and look for the nearest symbol among all of the file's: of libnode's, half a
// millisecond.
LoadedFile FileOf(const void* address) {
  struct Search {
    const void* const address;
    LoadedFile found;
  } search{address, {}};
  const auto look = [](dl_phdr_info* info, std::size_t, void* data) {
    auto& [wanted, found] = *static_cast<Search*>(data);
    const LoadedFile file{info->dlpi_name, info->dlpi_addr, {info->dlpi_phdr, info->dlpi_phnum}};
    if (!file.Holds(wanted)) return 0;
    found = file;
    return 1;
  };
  dl_iterate_phdr(look, &search);
  return search.found;
}

// The identifier among the notes of a loaded file: a name, a description and their sizes each.
std::string IdInNotes(std::span<const std::byte> notes) {
  constexpr std::string_view kName("GNU\0", 4);
  const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof(header));
    const std::size_t name = sizeof(header);
    const std::size_t description = name + padded(header.n_namesz);
    const std::size_t end = description + padded(header.n_descsz);
    if (end > notes.size()) return {};
    const std::string_view owner(reinterpret_cast<const char*>(notes.data() + name),
                                 header.n_namesz);
    if (header.n_type == NT_GNU_BUILD_ID && owner == kName) {
      std::string id;
      for (const std::byte each : notes.subspan(description, header.n_descsz)) {
        id += fmt::format("{:02x}", std::to_integer<unsigned>(each));
      }
      return id;
    }
    notes = notes.subspan(end);
  }
  return {};
}

#endif

}  // namespace

std::string LoadedFrom([[maybe_unused]] const void* address) {
#if defined(__linux__)
  if (const char* const path = FileOf(address).path; path && *path) return path;
#endif
#if defined(__unix__) || defined(__APPLE__)
  Dl_info info{};
  if (dladdr(address, &info) != 0 && info.dli_fname) return info.dli_fname;
#endif
  return {};
}

bool AreInOneFile([[maybe_unused]] const void* address, [[maybe_unused]] const void* other) {
#if defined(__linux__)
  return FileOf(address).Holds(other);
#elif defined(__unix__) || defined(__APPLE__)
  Dl_info info{};
  Dl_info other_info{};
  return dladdr(address, &info) != 0 && dladdr(other, &other_info) != 0 &&
         info.dli_fbase == other_info.dli_fbase;
#else
  return false;
#endif
}

std::string BuildIdOf(const void* address) {
#if defined(__linux__)
  const LoadedFile file = FileOf(address);
  for (const auto& each : file.headers) {
    if (each.p_type != PT_NOTE) continue;
    std::string id = IdInNotes({file.At(each), static_cast<std::size_t>(each.p_memsz)});
    if (!id.empty()) return id;
  }
#endif
  std::error_code error;
  const auto size = std::filesystem::file_size(LoadedFrom(address), error);
  return error ? "unknown" : fmt::format("{} bytes", size);
}

#if defined(RTLD_NOLOAD) && defined(RTLD_NODELETE)
namespace {

void Pin(const void* address, int mode) {
  const std::string path = LoadedFrom(address);
  // The handle is never closed. It is null where `address` is in the program itself, which is never
  // unloaded.
  if (!path.empty()) dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE | mode);
}

}  // namespace

void KeepLoaded(const void* address) { Pin(address, RTLD_LOCAL); }
void KeepLoadedForAll(const void* address) { Pin(address, RTLD_GLOBAL); }
#else
void KeepLoaded(const void*) {}
void KeepLoadedForAll(const void*) {}
#endif

}  // namespace nodehost::host
