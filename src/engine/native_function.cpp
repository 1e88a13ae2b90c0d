#include "native_function.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "activity.hpp"
#include "callbacks.hpp"
#include "catch.hpp"
#include "convert/conversion.hpp"
#include "convert/decoder.hpp"
#include "encode_decode.hpp"
#include "js_errors.hpp"
#include "leaf.hpp"
#include "memory.hpp"
#include "native_call.hpp"
#include "node_version.hpp"
#include "nodehost/convert/bytes.hpp"
#include "nodehost/convert/callables.hpp"
#include "nodehost/convert/containers.hpp"
#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/injected.hpp"
#include "nodehost/environment_ref.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/this.hpp"
#include "parameters.hpp"
#include "quick.hpp"
#include "realm.hpp"

namespace nodehost::detail {

// A native function as the JavaScript function that keeps it alive.
class NativeFunctions::Served final : public Attachment {
 public:
  Served(NativeFunctions& owner, std::shared_ptr<NativeFunction> serving, const Look& look)
      : native(std::move(serving)),
        name(look.name),
        key(KeyOf(*native, {.name = name, .signature = look.signature, .use = look.use})),
        owner_(owner) {}
  ~Served() override {
    const auto found = owner_.functions_.find(key);
    if (found != owner_.functions_.end() && found->second == this) owner_.functions_.erase(found);
  }

  const std::shared_ptr<NativeFunction> native;
  const std::string name;
  const Key key;

 private:
  NativeFunctions& owner_;
};

class NativeFunctions::MadeObject final : public Attachment {
 public:
  MadeObject(NativeFunctions& owner, Parts parts) : owner_(owner), parts_(std::move(parts)) {}
  ~MadeObject() override {
    const auto found = owner_.objects_.find(IdentityOf(parts_));
    if (found != owner_.objects_.end() && found->second == this) owner_.objects_.erase(found);
  }

 private:
  NativeFunctions& owner_;
  const Parts parts_;
};

class NativeFunctions::KeptException final : public Attachment {
 public:
  explicit KeptException(std::exception_ptr kept) : exception(std::move(kept)) {}
  const std::exception_ptr exception;
};

NativeFunctions::Identity NativeFunctions::IdentityOf(const Parts& parts) {
  Identity identity;
  for (const auto& part : parts) identity.push_back(part.get());
  return identity;
}

NativeFunctions::Key NativeFunctions::KeyOf(const NativeFunction& native, const Look& look) {
  const void* const identity = native.identity();
  if (identity == &native) return {identity, nullptr, Use::kCall, {}};
  return {identity, look.signature, look.use, look.name};
}

v8::Local<v8::Function> NativeFunctions::FunctionOf(Realm& realm,
                                                    const std::shared_ptr<NativeFunction>& native,
                                                    const Look& look) {
  v8::Isolate* const isolate = realm.isolate();
  if (const auto found = functions_.find(KeyOf(*native, look)); found != functions_.end()) {
    const v8::Local<v8::Object> known = found->second->object(isolate);
    if (!known.IsEmpty()) return known.As<v8::Function>();
  }
  auto served = std::make_unique<Served>(*this, native, look);
  const Catch caught(realm);
  v8::Local<v8::Function> function;
  const v8::Local<v8::External> data = NewExternal(isolate, served.get());
  const LeafInfo* const leaf = native->leaf();
  const auto behaviour = look.use == Use::kConstruct ? v8::ConstructorBehavior::kAllow
                                                     : v8::ConstructorBehavior::kThrow;
  const int length = look.signature ? static_cast<int>(RequiredOf(*look.signature)) : 0;
  if (!(leaf ? NewFunctionTemplate(isolate, &Call, data, static_cast<int>(leaf->count), leaf)
                   ->GetFunction(realm.context())
             : v8::Function::New(realm.context(), &Call, data, length, behaviour))
           .ToLocal(&function)) {
    ThrowCaught(realm, caught);
  }
  function->SetName(realm.String(look.name));
  functions_.erase(served->key);  // of one that is about to go, and its name with it
  functions_.emplace(served->key, served.get());
  attachments_.Add(isolate, function, std::move(served));
  return function;
}

v8::MaybeLocal<v8::Object> NativeFunctions::FindObject(v8::Isolate* isolate, const Parts& parts) {
  const auto found = objects_.find(IdentityOf(parts));
  if (found == objects_.end()) return {};
  return found->second->object(isolate);
}

void NativeFunctions::KeepObject(v8::Isolate* isolate, v8::Local<v8::Object> object, Parts parts) {
  Identity identity = IdentityOf(parts);
  auto made = std::make_unique<MadeObject>(*this, std::move(parts));
  objects_[std::move(identity)] = made.get();
  attachments_.Add(isolate, object, std::move(made));
}

v8::Local<v8::Private> NativeFunctions::ExceptionKey(v8::Isolate* isolate) {
  if (exception_key_.IsEmpty()) exception_key_.Reset(isolate, v8::Private::New(isolate));
  return exception_key_.Get(isolate);
}

void NativeFunctions::KeepException(Realm& realm, v8::Local<v8::Value> error,
                                    const std::exception_ptr& exception) {
  if (!error->IsObject()) return;
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::Object> object = error.As<v8::Object>();
  auto kept = std::make_unique<KeptException>(exception);
  const v8::Local<v8::External> data = NewExternal(isolate, kept.get());
  if (!object->SetPrivate(realm.context(), ExceptionKey(isolate), data).FromMaybe(false)) return;
  attachments_.Add(isolate, object, std::move(kept));
}

std::exception_ptr NativeFunctions::ExceptionOf(Realm& realm, v8::Local<v8::Value> thrown) {
  if (exception_key_.IsEmpty() || !thrown->IsObject() || thrown->IsProxy()) return nullptr;
  v8::Local<v8::Value> data;
  if (!thrown.As<v8::Object>()
           ->GetPrivate(realm.context(), ExceptionKey(realm.isolate()))
           .ToLocal(&data) ||
      !data->IsExternal()) {
    return nullptr;
  }
  return static_cast<const KeptException*>(ExternalPointer(data))->exception;
}

void NativeFunctions::Clear() noexcept {
  functions_.clear();
  objects_.clear();
  attachments_.Clear();
  exception_key_.Reset();
}

namespace {

// A refused argument is an error of the JavaScript that calls, as if it had been thrown there.
v8::Local<v8::Value> ToPlainError(Realm& realm, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const JsError&) {
    return MakeError(realm, thrown).value;
  } catch (...) {
    return ToJsError(realm, thrown);  // a user's own Convert<T> threw it
  }
}

}  // namespace

void RefuseCall(v8::Isolate* isolate) {
  if (JsThread* const thread = JsThread::Current()) {
    ServeInterrupts(*thread, isolate);
  } else {
    // The environment is being freed, and the C++ function may be gone already.
    isolate->ThrowException(v8::Exception::Error(v8::String::NewFromUtf8Literal(
        isolate, "The environment has stopped; the C++ function was not called.")));
  }
}

void ThrowInJs(NativeCall& call, const std::exception_ptr& thrown) {
  Realm& realm = call.realm();
  v8::Isolate* const isolate = realm.isolate();
  if (!realm.thread().access().MayEnter()) return ServeInterrupts(realm.thread(), isolate);
  try {
    isolate->ThrowException(call.converting() ? ToPlainError(realm, thrown)
                                              : ToJsError(realm, thrown));
  } catch (...) {
    ServeInterrupts(realm.thread(), isolate);  // making the error ran into the environment's end
  }
}

void NativeFunctions::Call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Served* served = nullptr;
  ServeNative(
      info,
      [&](Realm& realm) -> const std::string& {
        // Not before it is known that there are still functions.
        served = static_cast<const Served*>(realm.heap().ReadExternal(info.Data()));
        return served->name;
      },
      [&](Realm&, NativeCall& call) { served->native->Serve(call); });
}

void NativeCall::Read(const Signature& signature, void* const* values) {
  for (std::uint32_t i = 0; i < signature.count; ++i) {
    const TypeInfo& type = *signature.arguments[i];
    if (DecodeQuick(realm_, argument(i), type, values[i])) [[likely]]
      continue;
    if (type.Is(conversions::kArguments)) {
      Decoder rest(realm_, v8::Undefined(realm_.isolate()));
      for (int at = static_cast<int>(i); at < count(); ++at) {
        rest.Decode(info_[at], type, values[i]);
      }
      return;
    }
    if (type.Is(conversions::kRest)) {
      for (int at = static_cast<int>(i); at < count(); ++at) {
        auto fill = [&](void* item, void*) {
          ReadOne(static_cast<std::uint32_t>(at), *type.element, item);
          return true;
        };
        OpsOf<CollectionOps>(type).add(values[i], FillerOf(fill));
      }
      return;
    }
    ReadOne(i, type, values[i]);
  }
}

void NativeCall::ReadOne(std::uint32_t index, const TypeInfo& type, void* value) {
  converting_ = true;
  Decoder decoder(realm_, v8::Undefined(realm_.isolate()));
  if (!decoder.Decode(argument(index), type, value)) {
    if (trial_) {
      converting_ = false;
      throw TrialFailed();
    }
    decoder.Throw(
        fmt::format("{}: argument {}", name_.empty() ? "A C++ function" : name_, index + 1));
  }
  converting_ = false;
}

void NativeCall::Return(const TypeInfo& type, const void* result) {
  switch (type.quick) {
    case Quick::kDouble:
      info_.GetReturnValue().Set(*static_cast<const double*>(result));
      return;
    case Quick::kInt32:
      info_.GetReturnValue().Set(*static_cast<const std::int32_t*>(result));
      return;
    case Quick::kUint32:
      info_.GetReturnValue().Set(*static_cast<const std::uint32_t*>(result));
      return;
    case Quick::kBool:
      info_.GetReturnValue().Set(*static_cast<const bool*>(result));
      return;
    default:
      break;
  }
  converting_ = true;
  info_.GetReturnValue().Set(EncodeQuick(realm_, type, result));
  converting_ = false;
}

// V8 puts the global object in the place of no `this`.
Ref NativeCall::Receiver() const {
  v8::Isolate* const isolate = realm_.isolate();
  if (info_.This()->StrictEquals(realm_.context()->Global())) return {};
  return realm_.references().Make(isolate, info_.This());
}

std::shared_ptr<void> ThisOf(NativeCall& call) { return call.object(); }

void ReturnThis(NativeCall& call) { call.ReturnThis(); }

void ReturnIterator(NativeCall& call, const TypeInfo& type, const void* list) {
  Realm& realm = call.realm();
  const v8::Local<v8::Value> array = Encode(realm, type, list);
  const Catch caught(realm);
  v8::Local<v8::Value> values;
  v8::Local<v8::Value> iterator;
  if (!array.As<v8::Object>()
           ->Get(realm.context(), v8::Symbol::GetIterator(realm.isolate()))
           .ToLocal(&values) ||
      !values->IsFunction() ||
      !values.As<v8::Function>()->Call(realm.context(), array, 0, nullptr).ToLocal(&iterator)) {
    ThrowCaught(realm, caught);
  }
  call.Return(iterator);
}

Js& Injected<Js>::Of(NativeCall& call) { return call.realm().thread().js(); }

This Injected<This>::Of(NativeCall& call) { return This(call.Receiver()); }

EnvironmentRef Injected<EnvironmentRef>::Of(NativeCall& call) {
  return EnvironmentRef(call.realm().thread().js());
}

void ReadArguments(NativeCall& call, const Signature& signature, void* const* values) {
  call.Read(signature, values);
}

void WriteBack(NativeCall& call, std::size_t index, const TypeInfo& type, const void* numbers) {
  Realm& realm = call.realm();
  const v8::HandleScope scope(realm.isolate());
  const v8::Local<v8::Value> value = call.argument(static_cast<std::uint32_t>(index));
  const auto& ops = *static_cast<const SequenceOps*>(type.ops);
  const std::size_t count = ops.size(numbers);
  const auto* const data = static_cast<const std::byte*>(ops.data(numbers));
  const NumberBlock* const block = type.element->conversion->block;
  if (IsMemory(value) &&
      (type.Is(conversions::kBytesCopy) || (block && block->is_typed_array(value)))) {
    return CopyToMemory(value, data, count * type.element->size);
  }
  const Catch caught(realm);
  for (std::size_t i = 0; i < count; ++i) {
    const v8::Local<v8::Value> item = Encode(realm, *type.element, data + i * type.element->size);
    if (value.As<v8::Object>()
            ->Set(realm.context(), static_cast<std::uint32_t>(i), item)
            .IsNothing()) {
      ThrowCaught(realm, caught);
    }
  }
}

void ReturnResult(NativeCall& call, const TypeInfo& type, const void* result) {
  call.Return(type, result);
}

}  // namespace nodehost::detail
