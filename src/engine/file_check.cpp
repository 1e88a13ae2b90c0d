#include "file_check.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "node_version.hpp"
#include "process/file_rights.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

void ThrowWithCode(v8::Isolate* isolate, v8::Local<v8::Value> error, std::string_view code) {
  error.As<v8::Object>()
      ->CreateDataProperty(isolate->GetCurrentContext(), ToV8String(isolate, "code"),
                           ToV8String(isolate, code))
      .Check();
  isolate->ThrowException(error);
}

namespace {

// Systems take 4096 bytes at most. Beyond that what is said about a path would be too long, in the
// end, for a string.
constexpr std::size_t kLongestPath = 1 << 16;

std::size_t LengthOf(v8::Local<v8::Value> path) {
  if (path->IsString()) return static_cast<std::size_t>(path.As<v8::String>()->Length());
  return path->IsArrayBufferView() ? path.As<v8::ArrayBufferView>()->ByteLength() : 0;
}

// Nothing if it is neither a string nor bytes: Node refuses such a path.
std::optional<std::string> PathIn(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  std::string path;
  if (value->IsString()) {
    FromV8String(isolate, value.As<v8::String>(), path);
  } else if (value->IsArrayBufferView()) {
    const auto view = value.As<v8::ArrayBufferView>();
    path.resize(view->ByteLength());
    path.resize(view->CopyContents(path.data(), path.size()));
  } else {
    return std::nullopt;
  }
  return path;
}

v8::Local<v8::Value> BufferOf(v8::Isolate* isolate, std::string_view bytes) {
  const v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->Data(), bytes.data(), bytes.size());
  return v8::Uint8Array::New(buffer, 0, bytes.size());
}

}  // namespace

void CheckPath(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  const auto* const rights = static_cast<const host::FileRights*>(ExternalPointer(info.Data()));
  if (LengthOf(info[2]) > kLongestPath) {
    ThrowWithCode(isolate,
                  v8::Exception::Error(ToV8String(
                      isolate, "ENAMETOOLONG: the path is longer than any that the system takes")),
                  "ENAMETOOLONG");
    return;
  }
  const std::optional<std::string> path = PathIn(isolate, info[2]);
  if (!path) {
    ThrowWithCode(
        isolate,
        v8::Exception::TypeError(ToV8String(isolate, "A path must be a string or a Buffer")),
        "ERR_INVALID_ARG_TYPE");
    return;
  }
  const auto access = static_cast<host::FileAccess>(info[0].As<v8::Int32>()->Value());
  const std::optional<std::string> refusal = rights->Refusal(access, info[1]->IsTrue(), *path);
  if (refusal) {
    ThrowWithCode(isolate, v8::Exception::Error(ToV8String(isolate, *refusal)),
                  "ERR_ACCESS_DENIED");
    return;
  }
  info.GetReturnValue().Set(info[2]->IsString() ? ToV8String(isolate, *path).As<v8::Value>()
                                                : BufferOf(isolate, *path));
}

}  // namespace nodehost::detail
