// Structured clone: a value as bytes, with the shared memory it refers to.
#include <v8.h>

#include <cstdlib>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "clone_writer.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "memory.hpp"
#include "nodehost/detail/value_ops.hpp"

namespace nodehost::detail {

struct CloneData {
  CloneData() = default;
  CloneData(const CloneData&) = delete;
  CloneData& operator=(const CloneData&) = delete;
  ~CloneData() { std::free(bytes); }  // V8 got it from realloc

  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  std::vector<std::shared_ptr<v8::BackingStore>> shared;
};

namespace {

class Writer final : public CloneWriter {
 public:
  Writer(Realm& realm, CloneData& data) : CloneWriter(realm), data_(data) {}

  v8::Maybe<std::uint32_t> GetSharedArrayBufferId(
      v8::Isolate*, v8::Local<v8::SharedArrayBuffer> buffer) override {
    std::shared_ptr<v8::BackingStore> store = KeepBlock(buffer->GetBackingStore());
    for (std::size_t i = 0; i < data_.shared.size(); ++i) {
      if (data_.shared[i] == store) return v8::Just(static_cast<std::uint32_t>(i));
    }
    data_.shared.push_back(std::move(store));
    return v8::Just(static_cast<std::uint32_t>(data_.shared.size() - 1));
  }

 private:
  CloneData& data_;
};

class Reader final : public v8::ValueDeserializer::Delegate {
 public:
  explicit Reader(const CloneData& data) : data_(data) {}

  v8::MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(v8::Isolate* isolate,
                                                                   std::uint32_t id) override {
    if (buffers_.empty()) buffers_.resize(data_.shared.size());
    // Two references to one buffer stay references to one buffer.
    if (buffers_[id].IsEmpty())
      buffers_[id] = v8::SharedArrayBuffer::New(isolate, data_.shared[id]);
    return buffers_[id];
  }

 private:
  const CloneData& data_;
  std::vector<v8::Local<v8::SharedArrayBuffer>> buffers_;
};

}  // namespace

std::shared_ptr<const CloneData> Serialize(const Ref& ref) {
  const Entry entry(ref);
  auto data = std::make_shared<CloneData>();
  const Catch caught(entry.realm());
  Writer writer(entry.realm(), *data);
  v8::ValueSerializer serializer(entry.isolate(), &writer);
  serializer.WriteHeader();
  if (!serializer.WriteValue(entry.context(), entry.value()).FromMaybe(false)) {
    ThrowCaught(entry.realm(), caught);
  }
  std::tie(data->bytes, data->size) = serializer.Release();
  return data;
}

Ref Deserialize(Js& js, const CloneData& data) {
  Realm& realm = Realm::Of(js.thread());
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const Catch caught(realm);
  Reader reader(data);
  v8::ValueDeserializer deserializer(isolate, data.bytes, data.size, &reader);
  v8::Local<v8::Value> value;
  if (!deserializer.ReadHeader(realm.context()).FromMaybe(false) ||
      !deserializer.ReadValue(realm.context()).ToLocal(&value)) {
    ThrowCaught(realm, caught);
  }
  return realm.references().Make(isolate, value);
}

}  // namespace nodehost::detail
