#include "loaded_from.hpp"

#include <fmt/format.h>

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

std::string LoadedFrom([[maybe_unused]] const void* address) {
#if defined(__unix__) || defined(__APPLE__)
  Dl_info info{};
  if (dladdr(address, &info) != 0 && info.dli_fname) return info.dli_fname;
#endif
  return {};
}

namespace {

#if defined(__linux__)

struct Wanted {
  std::uintptr_t address;
  std::string id;
};

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

int LookAtFile(dl_phdr_info* file, std::size_t, void* data) {
  Wanted& wanted = *static_cast<Wanted*>(data);
  const std::span headers(file->dlpi_phdr, file->dlpi_phnum);
  bool holds = false;
  for (const auto& each : headers) {
    const std::uintptr_t begin = file->dlpi_addr + each.p_vaddr;
    holds |=
        each.p_type == PT_LOAD && wanted.address >= begin && wanted.address < begin + each.p_memsz;
  }
  if (!holds) return 0;
  for (const auto& each : headers) {
    if (each.p_type != PT_NOTE || !wanted.id.empty()) continue;
    wanted.id = IdInNotes({reinterpret_cast<const std::byte*>(file->dlpi_addr + each.p_vaddr),
                           static_cast<std::size_t>(each.p_memsz)});
  }
  return 1;
}

#endif

}  // namespace

std::string BuildIdOf(const void* address) {
#if defined(__linux__)
  Wanted wanted{reinterpret_cast<std::uintptr_t>(address), {}};
  dl_iterate_phdr(&LookAtFile, &wanted);
  if (!wanted.id.empty()) return wanted.id;
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
