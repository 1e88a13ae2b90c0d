// What differs between the majors of Node.js and their V8, in one place. Everything else in src is
// written once for all of them.
#pragma once

#include <node_version.h>
#include <v8.h>

#include <cstddef>
#include <cstdint>

// V8's fast API calls that may ask for the ordinary call instead (`fallback`): gone in the V8 of
// Node 24, where fast calls throw themselves. Not every libnode brings their header.
#if NODE_VERSION_AT_LEAST(22, 0, 0) && !NODE_VERSION_AT_LEAST(24, 0, 0) && \
    __has_include(<v8-fast-api-calls.h>)
#include <v8-fast-api-calls.h>
#define NODEHOST_HAS_FAST_CALLS 1
#else
#define NODEHOST_HAS_FAST_CALLS 0
#endif

namespace nodehost::detail {

// Without MultiIsolatePlatform::DisposeIsolate, an isolate's address may be taken by a new one
// before the platform has forgotten the old one: isolates must not come and go at the same time.
inline constexpr bool kIsolatesComeAndGoAlone = !NODE_VERSION_AT_LEAST(24, 0, 0);

/// What AsyncLocalStorage holds, from Node 24 on, as it is when this is made.
class AsyncContextFrame {
 public:
#if NODE_VERSION_AT_LEAST(26, 0, 0)
  explicit AsyncContextFrame(v8::Isolate* isolate)
      : isolate_(isolate), frame_(isolate->GetContinuationPreservedEmbedderDataV2()) {}
  void Restore() { isolate_->SetContinuationPreservedEmbedderDataV2(frame_); }

 private:
  v8::Isolate* const isolate_;
  const v8::Local<v8::Data> frame_;
#elif NODE_VERSION_AT_LEAST(24, 0, 0)
  explicit AsyncContextFrame(v8::Isolate* isolate)
      : isolate_(isolate), frame_(isolate->GetContinuationPreservedEmbedderData()) {}
  void Restore() { isolate_->SetContinuationPreservedEmbedderData(frame_); }

 private:
  v8::Isolate* const isolate_;
  const v8::Local<v8::Value> frame_;
#else
  explicit AsyncContextFrame(v8::Isolate*) {}
  void Restore() {}
#endif
};

// The V2 writers came with V8 13.x; the old ones are gone from V8 14.
#if NODE_VERSION_AT_LEAST(24, 0, 0)

inline void WriteOneByte(v8::Isolate* isolate, v8::Local<v8::String> string, char* out, int size) {
  string->WriteOneByteV2(isolate, 0, static_cast<std::uint32_t>(size),
                         reinterpret_cast<std::uint8_t*>(out));
}

inline void WriteTwoByte(v8::Isolate* isolate, v8::Local<v8::String> string, int from,
                         char16_t* out, int size) {
  string->WriteV2(isolate, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(size),
                  reinterpret_cast<std::uint16_t*>(out));
}

inline std::size_t Utf8Length(v8::Isolate* isolate, v8::Local<v8::String> string) {
  return string->Utf8LengthV2(isolate);
}

inline void WriteUtf8(v8::Isolate* isolate, v8::Local<v8::String> string, char* out,
                      std::size_t size) {
  string->WriteUtf8V2(isolate, out, size, v8::String::WriteFlags::kReplaceInvalidUtf8);
}

#else

inline void WriteOneByte(v8::Isolate* isolate, v8::Local<v8::String> string, char* out, int size) {
  string->WriteOneByte(isolate, reinterpret_cast<std::uint8_t*>(out), 0, size,
                       v8::String::NO_NULL_TERMINATION);
}

inline void WriteTwoByte(v8::Isolate* isolate, v8::Local<v8::String> string, int from,
                         char16_t* out, int size) {
  string->Write(isolate, reinterpret_cast<std::uint16_t*>(out), from, size,
                v8::String::NO_NULL_TERMINATION);
}

inline std::size_t Utf8Length(v8::Isolate* isolate, v8::Local<v8::String> string) {
  return static_cast<std::size_t>(string->Utf8Length(isolate));
}

inline void WriteUtf8(v8::Isolate* isolate, v8::Local<v8::String> string, char* out,
                      std::size_t size) {
  string->WriteUtf8(isolate, out, static_cast<int>(size), nullptr,
                    v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8);
}

#endif

/// The most bytes that V8 lets a TypedArray have.
#if NODE_VERSION_AT_LEAST(22, 0, 0)
inline constexpr std::size_t kMaxTypedArrayBytes = v8::TypedArray::kMaxByteLength;
#else
inline constexpr std::size_t kMaxTypedArrayBytes = v8::TypedArray::kMaxLength;
#endif

/// The name by which stacks and the debugger know a script.
inline v8::ScriptOrigin OriginOf([[maybe_unused]] v8::Isolate* isolate,
                                 v8::Local<v8::String> name) {
#if NODE_VERSION_AT_LEAST(22, 0, 0)
  return v8::ScriptOrigin(name);
#else
  return v8::ScriptOrigin(isolate, name);
#endif
}

// From V8 14 on each pointer that JavaScript keeps for C++ has a tag. Ours never leave our own
// functions, and need no other than the default one.
#if NODE_VERSION_AT_LEAST(26, 0, 0)

inline v8::Local<v8::External> NewExternal(v8::Isolate* isolate, void* pointer) {
  return v8::External::New(isolate, pointer, v8::kExternalPointerTypeTagDefault);
}

inline void* ExternalPointer(v8::Local<v8::Value> external) {
  return external.As<v8::External>()->Value(v8::kExternalPointerTypeTagDefault);
}

inline void* InternalPointer(v8::Local<v8::Object> object, int field) {
  return object->GetAlignedPointerFromInternalField(field, v8::kEmbedderDataTypeTagDefault);
}

inline void SetInternalPointer(v8::Local<v8::Object> object, int field, void* pointer) {
  object->SetAlignedPointerInInternalField(field, pointer, v8::kEmbedderDataTypeTagDefault);
}

#else

inline v8::Local<v8::External> NewExternal(v8::Isolate* isolate, void* pointer) {
  return v8::External::New(isolate, pointer);
}

inline void* ExternalPointer(v8::Local<v8::Value> external) {
  return external.As<v8::External>()->Value();
}

inline void* InternalPointer(v8::Local<v8::Object> object, int field) {
  return object->GetAlignedPointerFromInternalField(field);
}

inline void SetInternalPointer(v8::Local<v8::Object> object, int field, void* pointer) {
  object->SetAlignedPointerInInternalField(field, pointer);
}

#endif

inline v8::Maybe<bool> SetPrototype(v8::Local<v8::Context> context, v8::Local<v8::Object> object,
                                    v8::Local<v8::Value> prototype) {
#if NODE_VERSION_AT_LEAST(24, 0, 0)
  return object->SetPrototypeV2(context, prototype);
#else
  return object->SetPrototype(context, prototype);
#endif
}

}  // namespace nodehost::detail
