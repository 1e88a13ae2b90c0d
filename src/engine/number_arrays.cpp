#include "number_arrays.hpp"

#include <algorithm>
#include <cstdint>

#include "catch.hpp"
#include "convert/conversion.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

constexpr std::size_t kWorthIt = 16;  // numbers; entering JavaScript costs as much as boxing eight
constexpr std::size_t kBlock = 4096;  // numbers; 32 KiB, what a processor's first cache holds
constexpr std::size_t kMost = 1 << 24;  // beyond, V8 takes `new Array(n)` for a sparse one

}  // namespace

void NumberArrays::Load(Realm& realm) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Object> functions =
      RunHostScript(realm, "first_use/number_arrays.js", v8::Undefined(isolate));
  const auto keep = [&](v8::Global<v8::Function>& function, const char* name) {
    function.Reset(isolate, HostFunctionOf(realm, functions, name));
  };
  const auto buffer = v8::ArrayBuffer::New(isolate, kBlock * sizeof(double));
  memory_ = buffer->GetBackingStore()->Data();
  keep(doubles_.make, "doubles");
  keep(doubles_.add, "moreDoubles");
  doubles_.block.Reset(isolate, v8::Float64Array::New(buffer, 0, kBlock));
  keep(integers_.make, "integers");
  keep(integers_.add, "moreIntegers");
  integers_.block.Reset(isolate, v8::Int32Array::New(buffer, 0, kBlock));
}

v8::MaybeLocal<v8::Value> NumberArrays::Make(Realm& realm, const TypeInfo& element,
                                             const void* data, std::size_t size) {
  if (size < kWorthIt || size > kMost) return {};
  const NumberBlock* const block = element.conversion->block;
  if (!block || !block->copy) return {};
  if (!memory_) Load(realm);
  const Kind& kind = block->doubles ? doubles_ : integers_;
  v8::Isolate* const isolate = realm.isolate();
  v8::EscapableHandleScope scope(isolate);
  const Catch caught(realm);
  const auto number = [&](std::size_t n) {
    return v8::Integer::NewFromUnsigned(isolate, static_cast<std::uint32_t>(n));
  };
  v8::Local<v8::Value> array;
  for (std::size_t at = 0; at < size;) {
    const std::size_t count = std::min(size - at, kBlock);
    block->copy(memory_, static_cast<const std::byte*>(data) + at * element.size, count);
    v8::Local<v8::Value> arguments[] = {kind.block.Get(isolate), number(count), number(size),
                                        number(at)};
    if (at > 0) arguments[2] = array;
    v8::Local<v8::Value> result;
    if (!(at == 0 ? kind.make : kind.add)
             .Get(isolate)
             ->Call(realm.context(), v8::Undefined(isolate), 4, arguments)
             .ToLocal(&result)) {
      ThrowIfTerminated(realm, caught);
      return {};
    }
    if (at == 0) array = result;
    at += count;
  }
  return scope.Escape(array);
}

void NumberArrays::Clear() noexcept {
  for (Kind* kind : {&doubles_, &integers_}) {
    kind->make.Reset();
    kind->add.Reset();
    kind->block.Reset();
  }
  memory_ = nullptr;
}

}  // namespace nodehost::detail
