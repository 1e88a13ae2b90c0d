#include "plugin.hpp"

#include <fmt/format.h>
#include <uv.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "nodehost/errors.hpp"
#include "nodehost/plugin.hpp"
#include "nodehost/typescript.hpp"

namespace nodehost::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kEntry = "nodehost_plugin";

std::string Version(std::uint32_t version) {
  return fmt::format("{}.{}", version / 1000, version % 1000);
}

// dlopen looks for a bare name in the system's folders; what is meant is a file.
std::string FileOf(const std::string& path) {
  std::error_code error;
  const fs::path file = fs::absolute(path, error);
  if (!error && fs::is_regular_file(file, error)) return file.string();
  throw HostError(
      fmt::format("there is no file {}. nodehost_add_module of CMake builds a plug-in; see "
                  "include/nodehost/plugin.hpp",
                  file.string()));
}

}  // namespace

std::vector<Module> LoadPlugin(const std::string& path) {
  const std::string file = FileOf(path);
  uv_lib_t library;  // not closed once it is good: JavaScript keeps its functions
  if (uv_dlopen(file.c_str(), &library) != 0) {
    const std::string why = uv_dlerror(&library);
    uv_dlclose(&library);
    throw HostError(fmt::format("{} cannot be loaded: {}", file, why));
  }
  void* entry = nullptr;
  if (uv_dlsym(&library, kEntry, &entry) != 0) {
    uv_dlclose(&library);
    throw HostError(fmt::format(
        "{} is no plug-in of nodehost: it exports no \"{}\". The macro NODEHOST_PLUGIN does.", file,
        kEntry));
  }
  const auto& plugin = *static_cast<const Plugin*>(entry);
  if (plugin.version != kPluginVersion) {
    throw HostError(fmt::format(
        "{} was compiled with libnodehost {}, and this is {}. Compile it again with that.", file,
        Version(plugin.version), Version(kPluginVersion)));
  }
  return plugin.modules();
}

void DescribeTypes(CLI::App& verb, TypesCommand& command) {
  verb.add_option("plugin", command.plugin, "The file of a plug-in")->required();
  verb.add_option("-o,--output", command.output, "The .d.ts to write; standard output without it");
  verb.footer("\nExample:\n  nodehost types ./libcounter.so -o counter.d.ts");
}

int RunTypes(const TypesCommand& command) {
  try {
    std::string text;
    for (const Module& module : LoadPlugin(command.plugin)) {
      text += detail::TypeScriptOf(module.type(), module.name());
    }
    if (command.output.empty()) {
      std::fputs(text.c_str(), stdout);
      return 0;
    }
    std::ofstream file(command.output);
    file << text;
    if (!file.flush()) throw HostError(fmt::format("{} cannot be written", command.output));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nodehost types: %s\n", error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
