// The rows `v8` and `v8_fast…` of js_to_cpp: callbacks written by hand on V8's API.
#include <nodehost/v8.hpp>

#include <limits>
#include <memory>

#include "engine/node_version.hpp"
#include "js_to_cpp.hpp"

namespace bench {

namespace {

using Info = v8::FunctionCallbackInfo<v8::Value>;

void Refuse(const Info& info, const char* text) {
  v8::Isolate* const isolate = info.GetIsolate();
  isolate->ThrowException(
      v8::Exception::TypeError(v8::String::NewFromUtf8(isolate, text).ToLocalChecked()));
}

void Add(const Info& info) {
  if (!info[0]->IsNumber() || !info[1]->IsNumber()) return Refuse(info, "two numbers");
  info.GetReturnValue().Set(info[0].As<v8::Number>()->Value() + info[1].As<v8::Number>()->Value());
}

std::string ToText(v8::Isolate* isolate, v8::Local<v8::String> string) {
  std::string text(nh::detail::Utf8Length(isolate, string), '\0');
  if (text.size() == static_cast<std::size_t>(string->Length())) {
    nh::detail::WriteOneByte(isolate, string, text.data(), string->Length());
  } else {
    nh::detail::WriteUtf8(isolate, string, text.data(), text.size());
  }
  return text;
}

void Length(const Info& info) {
  if (!info[0]->IsString()) return Refuse(info, "a string");
  const std::string text = ToText(info.GetIsolate(), info[0].As<v8::String>());
  info.GetReturnValue().Set(static_cast<std::uint32_t>(text.size()));
}

v8::Eternal<v8::String> keys[5];

void Weigh(const Info& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  if (!info[0]->IsObject()) return Refuse(info, "an object");
  const auto object = info[0].As<v8::Object>();
  v8::Local<v8::Value> fields[5];
  for (std::size_t i = 0; i < 5; ++i) {
    if (!object->Get(context, keys[i].Get(isolate)).ToLocal(&fields[i])) return;
  }
  if (!fields[0]->IsInt32() || !fields[1]->IsNumber() || !fields[2]->IsBoolean() ||
      !fields[3]->IsString() || !fields[4]->IsArray()) {
    return Refuse(info, "a record");
  }
  Record record{.id = fields[0].As<v8::Int32>()->Value(),
                .weight = fields[1].As<v8::Number>()->Value(),
                .valid = fields[2]->IsTrue(),
                .name = ToText(isolate, fields[3].As<v8::String>()),
                .samples = {}};
  const auto array = fields[4].As<v8::Array>();
  record.samples.resize(array->Length());
  for (std::uint32_t i = 0; i < record.samples.size(); ++i) {
    v8::Local<v8::Value> item;
    if (!array->Get(context, i).ToLocal(&item)) return;
    if (!item->IsNumber()) return Refuse(info, "numbers");
    record.samples[i] = item.As<v8::Number>()->Value();
  }
  info.GetReturnValue().Set(record.weight);
}

void ForEach(const Info& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  if (!info[0]->IsInt32() || !info[1]->IsFunction()) return Refuse(info, "a number, a function");
  const std::int32_t count = info[0].As<v8::Int32>()->Value();
  const auto callback = info[1].As<v8::Function>();
  for (std::int32_t i = 0; i < count; ++i) {
    const v8::HandleScope scope(isolate);
    v8::Local<v8::Value> argument = v8::Integer::New(isolate, i);
    v8::Local<v8::Value> result;
    if (!callback->Call(context, v8::Undefined(isolate), 1, &argument).ToLocal(&result)) return;
  }
}

// A C++ object that goes with its JavaScript object.
template <class T>
struct Held {
  T value;
  v8::Global<v8::Object> object;

  static Held* Make(v8::Isolate* isolate, v8::Local<v8::Object> object, T value) {
    auto* const held = new Held{value, v8::Global<v8::Object>(isolate, object)};
    held->object.SetWeak(
        held,
        [](const v8::WeakCallbackInfo<Held>& weak) {
          weak.GetParameter()->object.Reset();
          delete weak.GetParameter();
        },
        v8::WeakCallbackType::kParameter);
    return held;
  }
};
using Counter = Held<std::int32_t>;

void Identity(const Info& info) {
  if (!info[0]->IsInt32()) return Refuse(info, "a number");
  const auto* const held = static_cast<Counter*>(info.Data().As<v8::External>()->Value());
  info.GetReturnValue().Set(held->value + info[0].As<v8::Int32>()->Value());
}

void MakeCallback(const Info& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  auto* const held = new Counter{0, {}};
  v8::Local<v8::Function> function;
  if (!v8::Function::New(isolate->GetCurrentContext(), &Identity, v8::External::New(isolate, held))
           .ToLocal(&function)) {
    return;
  }
  held->object.Reset(isolate, function);
  held->object.SetWeak(
      held,
      [](const v8::WeakCallbackInfo<Counter>& weak) {
        weak.GetParameter()->object.Reset();
        delete weak.GetParameter();
      },
      v8::WeakCallbackType::kParameter);
  info.GetReturnValue().Set(function);
}

void Construct(const Info& info) {
  if (!info.IsConstructCall()) return Refuse(info, "new");
  if (!info[0]->IsInt32()) return Refuse(info, "a number");
  info.This()->SetAlignedPointerInInternalField(
      0, Counter::Make(info.GetIsolate(), info.This(), info[0].As<v8::Int32>()->Value()));
}

// The signature of the method has made sure of the class.
Counter& CounterOf(v8::Local<v8::Object> object) {
  return *static_cast<Counter*>(object->GetAlignedPointerFromInternalField(0));
}

void Increment(const Info& info) {
  if (!info[0]->IsInt32()) return Refuse(info, "a number");
  info.GetReturnValue().Set(CounterOf(info.This()).value += info[0].As<v8::Int32>()->Value());
}

void Value(const Info& info) { info.GetReturnValue().Set(CounterOf(info.This()).value); }

#if NODEHOST_HAS_FAST_CALLS
double FastAdd(v8::Local<v8::Object>, double a, double b) { return a + b; }
std::int32_t FastIncrement(v8::Local<v8::Object> object, std::int32_t by) {
  return CounterOf(object).value += by;
}
// With the results of Increment for all numbers: V8 cuts off what an integer cannot hold.
std::int32_t FastIncrementChecked(v8::Local<v8::Object> object, double by,
                                  v8::FastApiCallbackOptions& options) {
  const bool fits = by >= std::numeric_limits<std::int32_t>::min() &&
                    by <= std::numeric_limits<std::int32_t>::max() &&
                    by == static_cast<std::int32_t>(by);
  if (!fits) {
    options.fallback = true;
    return 0;
  }
  return CounterOf(object).value += static_cast<std::int32_t>(by);
}
#endif

enum class Calls { kOrdinary, kFast, kFastChecked };

nh::Value MakeApi(nh::Js& js, Calls calls) {
  const nh::RawV8 raw(js);
  v8::Isolate* const isolate = raw.isolate();
  const auto text = [&](const char* name) {
    return v8::String::NewFromUtf8(isolate, name, v8::NewStringType::kInternalized)
        .ToLocalChecked();
  };
  constexpr const char* kNames[] = {"id", "weight", "valid", "name", "samples"};
  for (std::size_t i = 0; i < 5; ++i) {
    if (keys[i].IsEmpty()) keys[i].Set(isolate, text(kNames[i]));
  }
  const auto counter = v8::FunctionTemplate::New(isolate, &Construct);
  counter->InstanceTemplate()->SetInternalFieldCount(1);
  const auto signature = v8::Signature::New(isolate, counter);
  const auto api = v8::ObjectTemplate::New(isolate);
  const auto function = [&](v8::FunctionCallback callback, const v8::CFunction* quick = nullptr,
                            v8::Local<v8::Signature> of = {}) {
    return v8::FunctionTemplate::New(isolate, callback, {}, of, 0, v8::ConstructorBehavior::kThrow,
                                     v8::SideEffectType::kHasSideEffect, quick);
  };
  const v8::CFunction* quick_add = nullptr;
  const v8::CFunction* quick_increment = nullptr;
#if NODEHOST_HAS_FAST_CALLS
  static const v8::CFunction add = v8::CFunction::Make(&FastAdd);
  static const v8::CFunction increment = v8::CFunction::Make(&FastIncrement);
  static const v8::CFunction checked = v8::CFunction::Make(&FastIncrementChecked);
  if (calls != Calls::kOrdinary) {
    quick_add = &add;
    quick_increment = calls == Calls::kFast ? &increment : &checked;
  }
#else
  (void)calls;
#endif
  counter->PrototypeTemplate()->Set(text("increment"),
                                    function(&Increment, quick_increment, signature));
  counter->PrototypeTemplate()->SetAccessorProperty(text("value"),
                                                    function(&Value, nullptr, signature));
  api->Set(text("Counter"), counter);
  api->Set(text("add"), function(&Add, quick_add));
  api->Set(text("length"), function(&Length));
  api->Set(text("weigh"), function(&Weigh));
  api->Set(text("forEach"), function(&ForEach));
  api->Set(text("makeCallback"), function(&MakeCallback));
  return raw.Make(api->NewInstance(raw.context()).ToLocalChecked());
}

}  // namespace

void RegisterV8Callbacks() {
  RegisterLoops(
      "v8", [](nh::Js& js) { return MakeApi(js, Calls::kOrdinary); }, true);
#if NODEHOST_HAS_FAST_CALLS
  RegisterLoops(
      "v8_fast", [](nh::Js& js) { return MakeApi(js, Calls::kFast); }, false);
  JsLoop("int_method", "v8_fast_checked",
         [](nh::Js& js) { return MakeApi(js, Calls::kFastChecked); });
#endif
}

}  // namespace bench
