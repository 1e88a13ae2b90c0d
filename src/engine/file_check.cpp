#include "file_check.hpp"

#include <fmt/format.h>
#include <uv.h>

#include <cerrno>
#include <cstring>
#include <iterator>
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

// Systems take 4096 bytes at most. A limit keeps the texts of errors about a path from exceeding
// the length of a JavaScript string.
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

// Nothing if it is refused, which is then thrown; else the path, and its name without links.
std::optional<std::string> Checked(const v8::FunctionCallbackInfo<v8::Value>& info,
                                   v8::Local<v8::Value> given, bool follow, std::string* real) {
  v8::Isolate* const isolate = info.GetIsolate();
  const auto* const rights = static_cast<const host::FileRights*>(ExternalPointer(info.Data()));
  if (LengthOf(given) > kLongestPath) {
    ThrowWithCode(isolate,
                  v8::Exception::Error(ToV8String(
                      isolate, "ENAMETOOLONG: the path is longer than any that the system takes")),
                  "ENAMETOOLONG");
    return std::nullopt;
  }
  std::optional<std::string> path = PathIn(isolate, given);
  if (!path) {
    ThrowWithCode(
        isolate,
        v8::Exception::TypeError(ToV8String(isolate, "A path must be a string or a Buffer")),
        "ERR_INVALID_ARG_TYPE");
    return std::nullopt;
  }
  const auto access = static_cast<host::FileAccess>(info[0].As<v8::Int32>()->Value());
  const std::optional<std::string> refusal = rights->Refusal(access, follow, *path, real);
  if (!refusal) return path;
  ThrowWithCode(isolate, v8::Exception::Error(ToV8String(isolate, *refusal)), "ERR_ACCESS_DENIED");
  return std::nullopt;
}

}  // namespace

void CheckPath(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  const std::optional<std::string> path = Checked(info, info[2], info[1]->IsTrue(), nullptr);
  if (!path) return;
  info.GetReturnValue().Set(info[2]->IsString() ? ToV8String(isolate, *path).As<v8::Value>()
                                                : BufferOf(isolate, *path));
}

void OpenParent(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  std::string real;
  if (!Checked(info, info[1], /*follow=*/true, &real)) return;
  // Links in there lead to what a process has open, whatever they are called.
  if (real.empty() || real.starts_with("/proc/")) return;
  const int fd = host::OpenParent(real);
  if (fd == -ENOSYS) return;
  if (fd < 0) {
    info.GetReturnValue().Set(fd);
    return;
  }
  const std::string name = real.substr(real.rfind('/') + 1);
  const std::string way = fmt::format("/proc/self/fd/{}/{}", fd, name.empty() ? "." : name);
  v8::Local<v8::Value> parts[] = {
      info[1]->IsString() ? ToV8String(isolate, way).As<v8::Value>() : BufferOf(isolate, way),
      v8::Integer::New(isolate, fd)};
  info.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

void CloseParent(const v8::FunctionCallbackInfo<v8::Value>& info) {
  uv_fs_t request;
  uv_fs_close(nullptr, &request, info[0].As<v8::Int32>()->Value(), nullptr);
  uv_fs_req_cleanup(&request);
}

}  // namespace nodehost::detail
