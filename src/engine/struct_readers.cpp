#include "struct_readers.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "catch.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "nodehost/convert/structs.hpp"
#include "realm.hpp"
#include "struct_shapes.hpp"

namespace nodehost::detail {

namespace {
constexpr std::uint32_t kFirstFew = 8;
}  // namespace

v8::Global<v8::Function> StructReaders::Compile(Realm& realm, const StructInfo& info) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = realm.context();
  if (take_.IsEmpty()) {
    v8::Local<v8::Function> take;
    if (!v8::Function::New(context, &Take, {}, 0, v8::ConstructorBehavior::kThrow).ToLocal(&take)) {
      return {};
    }
    take_.Reset(isolate, take);
  }
  std::string text = "'use strict'; take(";
  for (const FieldInfo& field : info.fields) {
    text += fmt::format("object{}, ", LiteralKey(field.name));
  }
  text += ");";
  v8::Local<v8::String> parameters[] = {realm.String("object"), realm.String("take")};
  v8::ScriptCompiler::Source source(
      realm.String(text),
      OriginOf(realm.isolate(), realm.String(fmt::format("nodehost:{}", info.name))));
  v8::Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(context, &source, 2, parameters).ToLocal(&function)) {
    return {};
  }
  return v8::Global<v8::Function>(isolate, function);
}

StructReaders::Outcome StructReaders::ReadInto(Realm& realm, const StructInfo& info,
                                               v8::Local<v8::Value> object, Taker& taker) {
  if (info.id >= readers_.size()) readers_.resize(info.id + 1);
  if (readers_[info.id].uses < kFirstFew) {
    ++readers_[info.id].uses;
    return Outcome::kNotRead;
  }
  v8::Isolate* const isolate = realm.isolate();
  if (readers_[info.id].read.IsEmpty()) {
    const v8::TryCatch refused(isolate);
    readers_[info.id].read = Compile(realm, info);
    if (readers_[info.id].read.IsEmpty()) return Outcome::kNotRead;
  }
  v8::Local<v8::Value> arguments[] = {object, Borrowed(isolate, take_)};
  Taker* const outer = std::exchange(taker_, &taker);
  const bool returned = !Borrowed(isolate, readers_[info.id].read)
                             ->Call(realm.context(), v8::Undefined(isolate), 2, arguments)
                             .IsEmpty();
  taker_ = outer;
  if (taker.thrown) std::rethrow_exception(taker.thrown);
  return returned ? Outcome::kTaken : Outcome::kFailed;
}

void StructReaders::Take(const v8::FunctionCallbackInfo<v8::Value>& values) {
  // Nobody but a reader has this function.
  Realm* const realm = JsThread::Current()->realm();
  if (!realm) return;
  Taker& taker = *realm->structs().readers.taker_;
  try {
    taker.take(taker.context, values);
  } catch (...) {
    taker.thrown = std::current_exception();
  }
}

void StructReaders::Clear() noexcept {
  readers_.clear();
  take_.Reset();
}

}  // namespace nodehost::detail
