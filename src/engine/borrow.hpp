// Borrowed: a kept handle as a Local, without making one.
#pragma once

#include <v8.h>

#include <cstring>

namespace nodehost::detail {

/// `kept` as a Local that is valid for as long as `kept` is neither reset nor destroyed: for a call
/// that does not use it again after other JavaScript has run. Both are a pointer to the slot
/// that the collector updates; Node's PersistentToLocal::Strong relies on that, too.
template <class T>
v8::Local<T> Borrowed([[maybe_unused]] v8::Isolate* isolate, const v8::PersistentBase<T>& kept) {
#ifdef V8_ENABLE_DIRECT_HANDLE
  return v8::Local<T>::New(isolate, kept);
#else
  v8::Local<T> local;
  static_assert(sizeof local == sizeof kept);
  std::memcpy(static_cast<void*>(&local), &kept, sizeof local);
  return local;
#endif
}

/// The value in a slot that V8 has given the address of, for as long as V8 keeps it.
inline v8::Local<v8::Value> BorrowedSlot(void* slot) {
  v8::Local<v8::Value> local;
  static_assert(sizeof local == sizeof slot);
  std::memcpy(static_cast<void*>(&local), &slot, sizeof local);
  return local;
}

}  // namespace nodehost::detail
