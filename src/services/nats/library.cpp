#include "library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>

#include "nodehost/errors.hpp"

// Names of its own; ASan refuses them, and has no libnode beside another OpenSSL to fear in tests.
#if defined(__SANITIZE_ADDRESS__) || !defined(RTLD_DEEPBIND)
#define NODEHOST_OWN_NAMES 0
#else
#define NODEHOST_OWN_NAMES RTLD_DEEPBIND
#endif

namespace nodehost::services::nats {

namespace {

void* Open() {
  const std::string exact = fmt::format("libnats.so.{}.{}", NATS_VERSION_MAJOR, NATS_VERSION_MINOR);
  for (const std::string& name : {exact, std::string("libnats.so")}) {
    if (void* const found = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | NODEHOST_OWN_NAMES)) {
      return found;
    }
  }
  throw HostError(fmt::format(
      "The client library of NATS could not be loaded: {}. Install {} (Debian: libnats{}.{}).",
      dlerror(), exact, NATS_VERSION_MAJOR, NATS_VERSION_MINOR));
}

template <class F>
void Find(void* library, const char* name, F*& function) {
  void* const found = dlsym(library, name);
  if (!found) {
    throw HostError(fmt::format("The client library of NATS has no {}; {} or newer is needed.",
                                name, NATS_VERSION_STRING));
  }
  function = reinterpret_cast<F*>(found);
}

Library Load() {
  void* const handle = Open();  // never closed: it has threads
  Library library;
#define NODEHOST_NATS_FIND(name) Find(handle, #name, library.name);
  NODEHOST_NATS_FUNCTIONS(NODEHOST_NATS_FIND)
#undef NODEHOST_NATS_FIND
  return library;
}

}  // namespace

const Library& Library::Get() {
  static const Library library = Load();
  return library;
}

void Library::Check(natsStatus status, const std::string& what) const {
  if (status == NATS_OK) return;
  const char* const more = nats_GetLastError(nullptr);
  throw HostError(fmt::format("{}: {}{}{}", what, natsStatus_GetText(status),
                              more && *more ? ", " : "", more ? more : ""));
}

}  // namespace nodehost::services::nats
