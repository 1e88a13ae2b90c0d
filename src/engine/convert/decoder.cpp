#include "engine/convert/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/activity.hpp"
#include "engine/describe.hpp"
#include "engine/heap_limit.hpp"
#include "engine/js_errors.hpp"
#include "engine/type_names.hpp"
#include "engine/v8_strings.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

namespace {

// Of a sparse array: what it claims, and JavaScript pays nothing for.
constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kMostEmptyBytes = 128 * kMiB;

}  // namespace

bool IsArrayProxy(v8::Local<v8::Value> value) {
  while (value->IsProxy()) value = value.As<v8::Proxy>()->GetTarget();
  return value->IsArray();
}

v8::Local<v8::Value> Decoder::Get(v8::Local<v8::Object> object, v8::Local<v8::Value> key) {
  v8::Local<v8::Value> value;
  if (!object->Get(context_, key).ToLocal(&value)) ThrowCaught();
  return value;
}

v8::Local<v8::Value> Decoder::Get(v8::Local<v8::Object> object, std::uint32_t index) {
  v8::Local<v8::Value> value;
  if (!object->Get(context_, index).ToLocal(&value)) ThrowCaught();
  return value;
}

bool Decoder::GetLength(v8::Local<v8::Value> value, std::uint32_t& length) {
  if (value->IsArray()) {
    length = value.As<v8::Array>()->Length();
    return true;
  }
  if (value->IsTypedArray()) {
    const std::size_t size = value.As<v8::TypedArray>()->Length();
    length = static_cast<std::uint32_t>(std::min<std::size_t>(size, UINT32_MAX));
    return size == length;
  }
  if (!value->IsProxy() || !IsArrayProxy(value)) return false;
  const v8::Local<v8::Value> claimed = Get(value.As<v8::Object>(), ToV8Key(isolate_, "length"));
  if (!claimed->IsUint32()) return false;
  length = claimed.As<v8::Uint32>()->Value();
  return true;
}

void Decoder::LookForEnd() {
  JsThread& thread = realm_.thread();
  if (!thread.access().NeedsCheck()) return;
  ServeInterrupts(thread, isolate_);
  const v8::TryCatch& caught = *caught_;
  if (caught.HasCaught() || !thread.access().MayEnter()) ThrowCaught();
}

bool Decoder::Take(v8::Local<v8::Value> value, std::size_t bytes, std::size_t empty) {
  taken_ += bytes;
  empty_ += empty;
  if (taken_ > kMiB && !max_external_) max_external_ = MaxExternalBytes(isolate_);
  const std::size_t most = max_external_.value_or(0);
  if (empty_ <= kMostEmptyBytes && (most == 0 || taken_ <= most)) return true;
  misfits_.push_back(
      {"",
       fmt::format("{} {}", DescribeValue(isolate_, context_, value),
                   empty_ > kMostEmptyBytes
                       ? "has too many elements that are not there"
                       : "takes more memory than EnvironmentOptions::max_external_mb"),
       true});
  return false;
}

void Decoder::ThrowCaught() { detail::ThrowCaught(realm_, *caught_); }

Member Decoder::MemberOf(v8::Local<v8::Value> function) {
  References& references = realm_.references();
  Member member;
  if (!function.IsEmpty()) member.function = references.Make(isolate_, function);
  if (place_.receiver->IsObject()) {
    if (!shared_receiver_ || shared_receiver_.get()->Get(isolate_) != place_.receiver) {
      shared_receiver_ = references.Make(isolate_, place_.receiver);
    }
    member.receiver = shared_receiver_;
  }
  member.field = place_.field;
  return member;
}

bool Decoder::Refuse(v8::Local<v8::Value> value, const TypeInfo& type) {
  const std::string expected = NameInErrors(type);
  RefuseAs(value, expected, false);
  if (value->IsPromise()) {
    misfits_.back().text += fmt::format("; declare its result as Task<{}>", expected);
  }
  return false;
}

bool Decoder::RefuseAs(v8::Local<v8::Value> value, const std::string& expected, bool out_of_range) {
  misfits_.push_back(
      {"", fmt::format("expected {}, got {}", expected, DescribeValue(isolate_, context_, value)),
       out_of_range});
  return false;
}

bool Decoder::RefuseDepth() {
  misfits_.push_back({"", std::string(kTooDeep), true});
  return false;
}

bool Decoder::RefuseLength(std::string_view what, std::size_t least, std::size_t most,
                           std::size_t got) {
  const std::string range =
      least < most ? fmt::format("{} to {}", least, most) : fmt::to_string(most);
  misfits_.push_back(
      {"", fmt::format("expected {} of length {}, got length {}", what, range, got), false});
  return false;
}

bool Decoder::Within(std::size_t first, const std::string& step) {
  for (std::size_t i = first; i < misfits_.size(); ++i) misfits_[i].path.insert(0, step);
  return false;
}

bool OwnsNothing(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void*) {
  return decoder.Refuse(value, type);
}

void Decoder::Throw(std::string_view root) const {
  bool out_of_range = true;
  std::string message;
  for (const Misfit& misfit : misfits_) {
    if (!message.empty()) message += "; ";
    message += fmt::format("{}{}: {}", root, Shortened(misfit.path), misfit.text);
    out_of_range = out_of_range && misfit.out_of_range;
  }
  throw JsError(JsErrorData{.name = out_of_range ? "RangeError" : "TypeError", .message = message});
}

}  // namespace nodehost::detail
