// The host's own JavaScript behind NodeServices, as Values. On the JS thread.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "nodehost/array.hpp"
#include "nodehost/bytes.hpp"
#include "nodehost/js.hpp"
#include "nodehost/object.hpp"
#include "nodehost/value.hpp"

namespace nodehost::services {

/// Runs js/first_use/service_`name`.js with `options` and returns what it returns.
Object RunScript(Js& js, std::string_view name, const Object& options);

/// What js/first_use/module_functions.js returns: `invoke` and `streamEnd`.
Object ModuleFunctions(Js& js);

/// An object with js/first_use/service_wire.js's exports as `wire`, service_streams.js's as
/// `streams`.
Object WireOptions(Js& js);

/// Whether js/first_use/service_streams.js takes it for a stream.
bool IsStream(const Value& value);
/// What `bytesPort` of that returns, for the streams of one call.
Object NewBytesPort(Js& js, std::function<void(Bytes)> send, std::function<void()> on_idle);
/// The numbers of those arguments that are streams.
std::vector<int> StreamNumbers(Js& js, const Array& arguments);

/// A structured clone as bytes, as the wire has it. Throws a DataCloneError for what has none.
Bytes Encode(const Value& value);
/// The value, in the environment of this thread.
Value Decode(Js& js, const Bytes& bytes);

}  // namespace nodehost::services
