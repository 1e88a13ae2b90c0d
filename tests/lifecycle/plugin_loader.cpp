// A program with plug-ins. Usage: plugin_loader PLUGIN ADDON end|close|keep
//   end    ends Node.js, then closes the plug-in; loads it again, which must be refused in peace
//   close  closes the plug-in while Node.js runs
//   keep   leaves everything as it is
#include <dlfcn.h>

#include <cstdio>
#include <string_view>

namespace {

struct Plugin {
  void* handle;
  int (*start)(const char*);
  void (*end)();

  explicit Plugin(const char* path)
      : handle(dlopen(path, RTLD_NOW | RTLD_LOCAL)),
        start(handle ? reinterpret_cast<int (*)(const char*)>(dlsym(handle, "Start")) : nullptr),
        end(handle ? reinterpret_cast<void (*)()>(dlsym(handle, "End")) : nullptr) {
    if (!handle) std::fprintf(stderr, "%s\n", dlerror());
  }
};

bool Is(const char* what, int got, int expected) {
  if (got != expected) std::fprintf(stderr, "%s: %d, expected %d\n", what, got, expected);
  return got == expected;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string_view mode = argv[3];
  const Plugin plugin(argv[1]);
  if (!plugin.handle || !Is("first start", plugin.start(argv[2]), 0)) return 1;
  if (mode == "keep") return 0;
  if (mode == "end") plugin.end();
  if (!Is("dlclose", dlclose(plugin.handle), 0)) return 1;
  const Plugin again(argv[1]);
  if (!again.handle || !Is("second start", again.start(argv[2]), 1)) return 1;
  dlclose(again.handle);
  return 0;
}
