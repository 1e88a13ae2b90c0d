// Tasks and promises: a promise that settles a Task, a Task that settles a promise, and coroutines
// that are resumed in the reaction of a promise.
#pragma once

#include <v8.h>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;

/// Makes the Task at `task` a pending one that `value`, a promise, a thenable or anything else,
/// settles. Its handlers are attached before this returns.
void SettleWith(Realm& realm, v8::Local<v8::Value> value, const TypeInfo& type, void* task);

/// A promise that the Task at `task` settles.
v8::Local<v8::Value> PromiseOf(Realm& realm, const TypeInfo& type, const void* task);

/// Before the first Task of an environment.
void InstallTaskHooks() noexcept;

}  // namespace nodehost::detail
