// Structured clones as bytes for another process. The format is that of Node's v8.serialize: a view
// of memory takes its own bytes along, not the whole block that it lies in, and a Buffer stays one.
// SharedArrayBuffers have no clone here; clone.cpp has one that shares them.
#pragma once

#include <v8.h>

#include <cstdint>
#include <span>

#include "thread/growing_bytes.hpp"

namespace nodehost::detail {

class Realm;

/// Appends the clone of `value`, which begins with the byte 255. False where something was thrown,
/// which V8 has then, and `out` is as it was. Under a Catch.
[[nodiscard]] bool AppendClone(Realm& realm, v8::Local<v8::Value> value, GrowingBytes& out);

/// The value that a clone is of; empty where it is none, and V8 has the error. Under a Catch.
v8::MaybeLocal<v8::Value> ReadClone(Realm& realm, std::span<const std::uint8_t> bytes);

}  // namespace nodehost::detail
