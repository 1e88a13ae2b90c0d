#include "loaded_from.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace nodehost::host {

std::string LoadedFrom([[maybe_unused]] const void* address) {
#if defined(__unix__) || defined(__APPLE__)
  Dl_info info{};
  if (dladdr(address, &info) != 0 && info.dli_fname) return info.dli_fname;
#endif
  return {};
}

#if defined(RTLD_NOLOAD) && defined(RTLD_NODELETE)
namespace {

void Pin(const void* address, int mode) {
  const std::string path = LoadedFrom(address);
  // The handle is never closed. It is null where `address` is in the program itself: just as well.
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
