// Reading an Array into elements that lie side by side.
#pragma once

#include "engine/convert/conversion.hpp"

namespace nodehost::detail {

/// For a type with SequenceOps.
bool SequenceFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result);

/// Natural for an Array and for a Proxy, which may be one; accepted for a TypedArray.
Fit ArrayFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type);

}  // namespace nodehost::detail
