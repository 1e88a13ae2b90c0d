// What differs between the majors of Node.js and their V8, in one place. Everything else in src is
// written once for all of them.
#pragma once

#include <node_version.h>
#include <v8.h>

#include <cstddef>
#include <cstdint>

namespace nodehost::detail {

// Without MultiIsolatePlatform::DisposeIsolate, an isolate's address may be taken by a new one
// before the platform has forgotten the old one: isolates must not come and go at the same time.
inline constexpr bool kIsolatesComeAndGoAlone = !NODE_VERSION_AT_LEAST(24, 0, 0);

// The V2 writers came with V8 13.x; the old ones are gone from V8 14.
#if NODE_VERSION_AT_LEAST(24, 0, 0)

inline void WriteOneByte(v8::Isolate* isolate, v8::Local<v8::String> string, char* out, int size) {
  string->WriteOneByteV2(isolate, 0, static_cast<std::uint32_t>(size),
                         reinterpret_cast<std::uint8_t*>(out));
}

inline void WriteTwoByte(v8::Isolate* isolate, v8::Local<v8::String> string, char16_t* out,
                         int size) {
  string->WriteV2(isolate, 0, static_cast<std::uint32_t>(size),
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

inline void WriteTwoByte(v8::Isolate* isolate, v8::Local<v8::String> string, char16_t* out,
                         int size) {
  string->Write(isolate, reinterpret_cast<std::uint16_t*>(out), 0, size,
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

/// What C++ objects hold of the memory outside the heap, for the garbage collector to reckon with.
#if NODE_VERSION_AT_LEAST(26, 0, 0)
inline void AdjustExternalMemory(v8::Isolate* isolate, std::int64_t change) {
  v8::ExternalMemoryAccounter accounter;
  if (change >= 0) {
    accounter.Increase(isolate, static_cast<std::size_t>(change));
  } else {
    accounter.Decrease(isolate, static_cast<std::size_t>(-change));
  }
}
#else
inline void AdjustExternalMemory(v8::Isolate* isolate, std::int64_t change) {
  isolate->AdjustAmountOfExternalAllocatedMemory(change);
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
