// A plug-in of another libnodehost: of it nothing but the version is read.
#include <nodehost/plugin.hpp>

extern "C" NODEHOST_PLUGIN_EXPORT const nodehost::Plugin nodehost_plugin;
extern "C" const nodehost::Plugin nodehost_plugin = {999'000, nullptr};
