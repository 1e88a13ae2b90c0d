// The host's own JavaScript behind NodeServices, as Values. On the JS thread.
#pragma once

#include <v8.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frame_pipe.hpp"
#include "nodehost/array.hpp"
#include "nodehost/bytes.hpp"
#include "nodehost/js.hpp"
#include "nodehost/object.hpp"
#include "nodehost/value.hpp"

namespace nodehost::detail {
class Realm;
}

namespace nodehost::services {

/// Runs js/first_use/service_`name`.js with `options` and returns what it returns.
Object RunScript(Js& js, std::string_view name, const Object& options);

/// What js/first_use/module_functions.js returns: `invoke`, `known` and `streamEnd`.
Object ModuleFunctions(Js& js);

/// An object with js/first_use/service_wire.js's exports as `wire`, service_streams.js's as
/// `streams`.
Object WireOptions(Js& js);

/// Whether it is sent chunk by chunk: a Readable, a web ReadableStream or an async iterable.
bool IsStream(const Value& value);
bool IsStream(detail::Realm& realm, v8::Local<v8::Value> value);
bool HasStream(detail::Realm& realm, v8::Local<v8::Array> arguments);
/// What `bytesPort` of service_streams.js returns, for the streams of one call. `append` gets the
/// two parts of a message, which may wait until `flush` is called.
Object NewBytesPort(Js& js, const std::function<void(std::string_view, std::string_view)>& append,
                    const std::function<void()>& flush, const std::function<void()>& on_idle);
/// The numbers of those arguments that are streams.
std::vector<int> StreamNumbers(Js& js, const Array& arguments);

/// A structured clone as bytes, as the wire has it. Throws a DataCloneError for what has none.
Bytes Encode(const Value& value);
/// The value, in the environment of this thread.
Value Decode(Js& js, const Bytes& bytes);
Value Decode(detail::Realm& realm, std::span<const std::uint8_t> bytes);

/// Sends a message of JavaScript's, an array.
void SendMessage(Js& js, FramePipe& pipe, const Value& message);
/// Sends bytes, a view, as a chunk of the stream `key`.
void SendChunk(FramePipe& pipe, const std::string& key, const Value& bytes);
/// The message that a body of one of these is; throws HostError for others.
Value MessageOf(detail::Realm& realm, Body body);

}  // namespace nodehost::services
