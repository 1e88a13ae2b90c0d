#include "stream_pusher.hpp"

#include <node_buffer.h>

#include "callbacks.hpp"
#include "catch.hpp"
#include "encode_decode.hpp"
#include "js_errors.hpp"
#include "memory.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

bool IsFirstHalf(char16_t unit) noexcept { return (unit & 0xFC00) == 0xD800; }

bool EndsInHalf(v8::Isolate* isolate, v8::Local<v8::String> text) {
  if (text->IsOneByte() || text->Length() == 0) return false;
  char16_t last = 0;
  WriteTwoByte(isolate, text, text->Length() - 1, &last, 1);
  return IsFirstHalf(last);
}

}  // namespace

StreamRoom StreamPusher::Push(Realm& realm, v8::Local<v8::Value> chunk) {
  if (kind() == ChunkKind::kText && IsMemory(chunk)) {
    return PushText(text_.Decode(MemoryOf(chunk).text()));
  }
  if (kind() == ChunkKind::kText && chunk->IsString()) {
    chunk = WholeCharacters(realm.isolate(), chunk.As<v8::String>());
  }
  auto fill = [&](void* filled, void*) {
    if (kind() == ChunkKind::kBytes && chunk->IsString()) {
      std::string text;
      FromV8String(realm.isolate(), chunk.As<v8::String>(), text);
      *static_cast<Bytes*>(filled) = Bytes::CopyOf(text);
    } else {
      Decode(realm, chunk, *type_.element, filled, "chunk", v8::Undefined(realm.isolate()));
    }
    return true;
  };
  return state_->PushFilled(FillerOf(fill));
}

StreamRoom StreamPusher::PushBytes(Realm& realm, std::string_view bytes) {
  if (kind() == ChunkKind::kText) return PushText(text_.Decode(bytes));
  if (kind() == ChunkKind::kBytes) {
    auto fill = [&](void* filled, void*) {
      *static_cast<Bytes*>(filled) = Bytes::CopyOf(bytes);
      return true;
    };
    return state_->PushFilled(FillerOf(fill));
  }
  const v8::HandleScope scope(realm.isolate());
  const Catch caught(realm);
  v8::Local<v8::Object> buffer;
  if (!node::Buffer::Copy(realm.isolate(), bytes.data(), bytes.size()).ToLocal(&buffer)) {
    ThrowCaught(realm, caught);
  }
  return Push(realm, buffer);
}

void StreamPusher::End() {
  // U+FFFD for a character that is incomplete.
  std::string rest = text_.Flush();
  if (half_ != 0) rest += "\uFFFD";
  if (!rest.empty()) PushText(std::move(rest));
  producer().End(nullptr);
}

StreamRoom StreamPusher::PushText(std::string text) {
  auto fill = [&](void* filled, void*) {
    *static_cast<std::string*>(filled) = std::move(text);
    return true;
  };
  return state_->PushFilled(FillerOf(fill));
}

// Without the first half of a surrogate pair at its end, which comes before the next text instead.
v8::Local<v8::String> StreamPusher::WholeCharacters(v8::Isolate* isolate,
                                                    v8::Local<v8::String> text) {
  if (half_ == 0 && !EndsInHalf(isolate, text)) return text;
  std::u16string units;
  FromV8String(isolate, text, units);
  if (half_ != 0) units.insert(units.begin(), std::exchange(half_, u'\0'));
  if (!units.empty() && IsFirstHalf(units.back())) {
    half_ = units.back();
    units.pop_back();
  }
  return ToV8String(isolate, units);
}

}  // namespace nodehost::detail
