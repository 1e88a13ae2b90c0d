#include "clone_bytes.hpp"

#include <node_buffer.h>

#include <cstddef>
#include <cstring>
#include <optional>

#include "clone_writer.hpp"
#include "realm.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

// Node's numbers of the classes of views.
enum Kind : std::uint32_t {
  kInt8 = 0,
  kUint8 = 1,
  kUint8Clamped = 2,
  kInt16 = 3,
  kUint16 = 4,
  kInt32 = 5,
  kUint32 = 6,
  kFloat32 = 7,
  kFloat64 = 8,
  kDataView = 9,
  kBuffer = 10,
  kBigInt64 = 11,
  kBigUint64 = 12,
};

std::optional<Kind> KindOf(v8::Local<v8::Value> view) {
  if (view->IsUint8Array()) return kUint8;
  if (view->IsFloat64Array()) return kFloat64;
  if (view->IsInt32Array()) return kInt32;
  if (view->IsUint32Array()) return kUint32;
  if (view->IsFloat32Array()) return kFloat32;
  if (view->IsInt8Array()) return kInt8;
  if (view->IsUint8ClampedArray()) return kUint8Clamped;
  if (view->IsInt16Array()) return kInt16;
  if (view->IsUint16Array()) return kUint16;
  if (view->IsDataView()) return kDataView;
  if (view->IsBigInt64Array()) return kBigInt64;
  if (view->IsBigUint64Array()) return kBigUint64;
  return std::nullopt;
}

template <class T, std::size_t element>
v8::Local<v8::Object> NewView(v8::Local<v8::ArrayBuffer> buffer) {
  return T::New(buffer, 0, buffer->ByteLength() / element);
}

v8::MaybeLocal<v8::Object> ViewOf(v8::Isolate* isolate, std::uint32_t kind,
                                  v8::Local<v8::ArrayBuffer> buffer) {
  switch (kind) {
    case kInt8:
      return NewView<v8::Int8Array, 1>(buffer);
    case kUint8:
      return NewView<v8::Uint8Array, 1>(buffer);
    case kUint8Clamped:
      return NewView<v8::Uint8ClampedArray, 1>(buffer);
    case kInt16:
      return NewView<v8::Int16Array, 2>(buffer);
    case kUint16:
      return NewView<v8::Uint16Array, 2>(buffer);
    case kInt32:
      return NewView<v8::Int32Array, 4>(buffer);
    case kUint32:
      return NewView<v8::Uint32Array, 4>(buffer);
    case kFloat32:
      return NewView<v8::Float32Array, 4>(buffer);
    case kFloat64:
      return NewView<v8::Float64Array, 8>(buffer);
    case kDataView:
      return NewView<v8::DataView, 1>(buffer);
    case kBigInt64:
      return NewView<v8::BigInt64Array, 8>(buffer);
    case kBigUint64:
      return NewView<v8::BigUint64Array, 8>(buffer);
    case kBuffer: {
      v8::Local<v8::Uint8Array> made;
      if (!node::Buffer::New(isolate, buffer, 0, buffer->ByteLength()).ToLocal(&made)) return {};
      return made.As<v8::Object>();
    }
    default:
      return {};
  }
}

// The serializer's buffer is the memory behind the bytes that are there already.
class Writer final : public CloneWriter {
 public:
  Writer(Realm& realm, GrowingBytes& out) : CloneWriter(realm), out_(out) {}

  bool Write(v8::Local<v8::Value> value) {
    v8::ValueSerializer serializer(realm().isolate(), this);
    serializer_ = &serializer;
    serializer.SetTreatArrayBufferViewsAsHostObjects(true);
    serializer.WriteHeader();
    if (!serializer.WriteValue(realm().context(), value).FromMaybe(false)) return false;
    out_.Take(serializer.Release().second);
    return true;
  }

  v8::Maybe<bool> WriteHostObject(v8::Isolate* isolate, v8::Local<v8::Object> object) override {
    const std::optional<Kind> kind = KindOf(object);
    if (!kind) return CloneWriter::WriteHostObject(isolate, object);
    const bool is_buffer = *kind == kUint8 && IsBuffer(object);
    const auto view = object.As<v8::ArrayBufferView>();
    const std::size_t size = view->ByteLength();
    if (size > UINT32_MAX) return CloneWriter::WriteHostObject(isolate, object);
    serializer_->WriteUint32(is_buffer ? kBuffer : *kind);
    serializer_->WriteUint32(static_cast<std::uint32_t>(size));
    if (size != 0) {
      const auto* const data = static_cast<const char*>(view->Buffer()->Data());
      serializer_->WriteRawBytes(data + view->ByteOffset(), size);
    }
    return v8::Just(true);
  }

  void* ReallocateBufferMemory(void*, std::size_t size, std::size_t* actual) override {
    if (!out_.TryReserve(size)) return nullptr;
    *actual = out_.room();
    return out_.tail();
  }
  void FreeBufferMemory(void*) override {}

 private:
  // As Node tells them apart. What a getter throws is V8's to pass on.
  bool IsBuffer(v8::Local<v8::Object> view) {
    const v8::Local<v8::Context> context = realm().context();
    const v8::Local<v8::Name> key = realm().Key("constructor");
    if (buffer_class_.IsEmpty()) {
      v8::Local<v8::Object> empty;
      if (!node::Buffer::New(realm().isolate(), std::size_t{0}).ToLocal(&empty) ||
          !empty->Get(context, key).ToLocal(&buffer_class_)) {
        return false;
      }
    }
    v8::Local<v8::Value> constructor;
    return view->Get(context, key).ToLocal(&constructor) &&
           constructor->StrictEquals(buffer_class_);
  }

  GrowingBytes& out_;
  v8::ValueSerializer* serializer_ = nullptr;
  v8::Local<v8::Value> buffer_class_;
};

class Reader final : public v8::ValueDeserializer::Delegate {
 public:
  v8::MaybeLocal<v8::Value> Read(Realm& realm, std::span<const std::uint8_t> bytes) {
    v8::ValueDeserializer deserializer(realm.isolate(), bytes.data(), bytes.size(), this);
    deserializer_ = &deserializer;
    if (!deserializer.ReadHeader(realm.context()).FromMaybe(false)) return {};
    return deserializer.ReadValue(realm.context());
  }

  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate* isolate) override {
    std::uint32_t kind = 0;
    std::uint32_t size = 0;
    const void* bytes = nullptr;
    v8::Local<v8::Object> view;
    if (!deserializer_->ReadUint32(&kind) || !deserializer_->ReadUint32(&size) ||
        !deserializer_->ReadRawBytes(size, &bytes)) {
      return Refuse(isolate);
    }
    const v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
    if (size != 0) std::memcpy(buffer->Data(), bytes, size);
    if (!ViewOf(isolate, kind, buffer).ToLocal(&view)) return Refuse(isolate);
    return view;
  }

 private:
  static v8::MaybeLocal<v8::Object> Refuse(v8::Isolate* isolate) {
    isolate->ThrowException(
        v8::Exception::Error(ToV8String(isolate, "Unable to deserialize cloned data.")));
    return {};
  }

  v8::ValueDeserializer* deserializer_ = nullptr;
};

}  // namespace

bool AppendClone(Realm& realm, v8::Local<v8::Value> value, GrowingBytes& out) {
  return Writer(realm, out).Write(value);
}

v8::MaybeLocal<v8::Value> ReadClone(Realm& realm, std::span<const std::uint8_t> bytes) {
  return Reader().Read(realm, bytes);
}

}  // namespace nodehost::detail
