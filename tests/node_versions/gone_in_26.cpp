// For the test of the check: V8 14, which Node 26 has, lost Context::GetIsolate.
#include <v8.h>

namespace {
constexpr int kSameName = 1;
}

v8::Isolate* IsolateOf(v8::Local<v8::Context> context) {
  static_assert(kSameName == 1);
  return context->GetIsolate();
}
