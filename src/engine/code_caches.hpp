// CodeCaches: compiled code of the host's own JavaScript and of Node's, which a start-up snapshot
// brings along, so that it is not compiled again for each environment.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/js.hpp"

namespace nodehost::detail {

/// V8's code caches by the name of what they are of.
using CodeCaches = std::map<std::string_view, std::string_view>;

/// Which text the files of js/ have, and which V8 this is: a cache of another must not be used.
std::string HostScriptsIdentity();

/// What HostScripts compiles from now on it takes from here. `caches` must outlive the isolates;
/// null: there are none. Before the first environment.
void UseCodeCaches(const CodeCaches* caches) noexcept;

/// The cache of one of the host's files; empty if there is none.
std::string_view CodeCacheOf(std::string_view path) noexcept;

struct MadeCodeCache {
  std::string name;
  std::string bytes;
};

/// Of the host's files. On the JS thread.
std::vector<MadeCodeCache> MakeHostCodeCaches(JsThread& thread);

/// Of Node's built-in modules, by the names that Node has for them, as Node would make them.
/// On the JS thread.
std::vector<MadeCodeCache> MakeBuiltinCodeCaches(JsThread& thread);

}  // namespace nodehost::detail
