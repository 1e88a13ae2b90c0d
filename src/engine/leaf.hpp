// Leaves: C++ functions that optimised JavaScript calls directly, by V8's fast API calls, where
// this libnode has those that can fall back to the ordinary call.
#pragma once

#include <v8.h>

#include "nodehost/detail/leaf_info.hpp"

namespace nodehost::detail {

/// A function made by `callback` with `data`, which optimised JavaScript calls as `leaf` says;
/// `leaf` may be null. It is no constructor.
v8::Local<v8::FunctionTemplate> NewFunctionTemplate(v8::Isolate* isolate,
                                                    v8::FunctionCallback callback,
                                                    v8::Local<v8::Value> data, int length,
                                                    const LeafInfo* leaf);

}  // namespace nodehost::detail
