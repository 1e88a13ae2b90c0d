#include "handle_scope.hpp"

namespace nodehost::detail {

#if NODE_VERSION_AT_LEAST(22, 0, 0) && !NODE_VERSION_AT_LEAST(26, 0, 0)

void HandleScope::GiveBackBlocks() noexcept {
  const Data now = data_;
  data_.next = next_;
  data_.limit = limit_;
  const v8::HandleScope same(isolate_);
  data_.next = now.next;
  data_.limit = now.limit;
}

bool HandleScope::IsLayoutKnown(v8::Isolate* isolate) {
  const Data& data = DataOf(isolate);
  const v8::HandleScope outer(isolate);
  for (int i = 0; i < 2; ++i) {  // one may fill up V8's block; then the other takes a new one
    if (i == 0 || data.next == data.limit) static_cast<void>(v8::Number::New(isolate, 0.5));
  }
  const Data before = data;
  {
    const v8::HandleScope inner(isolate);
    static_cast<void>(v8::Number::New(isolate, 1.5));
    if (data.level != before.level + 1 || data.limit != before.limit ||
        data.next != before.next + 1) {
      return false;
    }
  }
  return data.level == before.level && data.next == before.next;
}

#endif

}  // namespace nodehost::detail
