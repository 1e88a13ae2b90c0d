// The host's own JavaScript behind NodeServices, as Values. On the JS thread.
#pragma once

#include <string_view>

#include "nodehost/js.hpp"
#include "nodehost/object.hpp"
#include "nodehost/value.hpp"

namespace nodehost::services {

/// Runs js/first_use/service_`name`.js with `options` and returns what it returns.
Object RunScript(Js& js, std::string_view name, const Object& options);

/// What js/first_use/module_functions.js returns: `invoke`.
Object ModuleFunctions(Js& js);

/// An object with js/first_use/service_wire.js's exports as `wire`.
Object WireOptions(Js& js);

}  // namespace nodehost::services
