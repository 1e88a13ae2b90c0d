// A plug-in: a shared library that gives JavaScript modules of C++'s, for `nodehost run --module`
// and `nodehost types`. A program that has its modules compiled in hands them to
// `EnvironmentOptions::modules` instead.
#pragma once

#include <cstdint>
#include <vector>

#include "nodehost/module.hpp"

#if defined(_WIN32)
#define NODEHOST_PLUGIN_EXPORT __declspec(dllexport)
#else
#define NODEHOST_PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

namespace nodehost {

/// What the one exported entry of a plug-in, `nodehost_plugin`, refers to.
struct Plugin {
  /// The version of libnodehost that it was compiled with, 1000 * major + minor. The first field
  /// for ever: another version's plug-in is refused, and nothing but this is read of it.
  std::uint32_t version;

  /// Makes the modules.
  std::vector<Module> (*modules)();
};

/// This libnodehost's. Up to 1.0 a new minor version is another library.
inline constexpr std::uint32_t kPluginVersion = 1;

}  // namespace nodehost

/// Exports modules; once in a plug-in, outside of all namespaces:
///
///     NODEHOST_PLUGIN(nodehost::Module("app:counter", CounterModule{.add = Add}))
#define NODEHOST_PLUGIN(...)                                                \
  extern "C" NODEHOST_PLUGIN_EXPORT const nodehost::Plugin nodehost_plugin; \
  extern "C" const nodehost::Plugin nodehost_plugin = {                     \
      nodehost::kPluginVersion, +[] { return std::vector<nodehost::Module>{__VA_ARGS__}; }};
