// The rows `v8`: the same calls written by hand on V8's API, as somebody who knows it would: cached
// handles and keys, one HandleScope and one TryCatch a call, every result checked for its type.
#include <v8.h>

#include <array>
#include <stdexcept>

#include "by_hand.hpp"
#include "engine/node_version.hpp"

namespace bench {

namespace {

using nh::detail::Utf8Length;
using nh::detail::WriteOneByte;
using nh::detail::WriteUtf8;

[[noreturn]] void Rethrow(v8::Isolate* isolate, const v8::TryCatch& caught) {
  const v8::String::Utf8Value text(isolate, caught.Exception());
  throw std::runtime_error(*text ? *text : "terminated");
}

[[noreturn]] void Refuse(const char* expected) {
  throw std::runtime_error(std::string("expected ") + expected);
}

v8::Local<v8::String> Key(v8::Isolate* isolate, const char* name) {
  return v8::String::NewFromUtf8(isolate, name, v8::NewStringType::kInternalized).ToLocalChecked();
}

std::string ToText(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (!value->IsString()) Refuse("string");
  const v8::Local<v8::String> string = value.As<v8::String>();
  std::string text(Utf8Length(isolate, string), '\0');
  if (text.size() == static_cast<std::size_t>(string->Length())) {
    WriteOneByte(isolate, string, text.data(), string->Length());  // ASCII
  } else {
    WriteUtf8(isolate, string, text.data(), text.size());
  }
  return text;
}

v8::Local<v8::String> FromText(v8::Isolate* isolate, const std::string& text) {
  v8::Local<v8::String> string;
  if (!v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                               static_cast<int>(text.size()))
           .ToLocal(&string)) {
    Refuse("a shorter text");
  }
  return string;
}

v8::Local<v8::Array> FromNumbers(v8::Isolate* isolate, const std::vector<double>& numbers) {
  std::vector<v8::Local<v8::Value>> items(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) items[i] = v8::Number::New(isolate, numbers[i]);
  return v8::Array::New(isolate, items.data(), items.size());
}

// calls.mjs, imported once, and what the calls need of it.
class Calls {
 public:
  explicit Calls(nh::Js& js) : isolate_(v8::Isolate::GetCurrent()) {
    // The module itself is fetched by way of the global object: this file knows V8 alone.
    js.Global().Set("benched", js.Import("./calls.mjs?v8"));
    const v8::HandleScope scope(isolate_);
    const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    const auto get = [&](v8::Local<v8::Object> object, const char* name) {
      return object->Get(context, Key(isolate_, name)).ToLocalChecked();
    };
    const auto module = get(context->Global(), "benched").As<v8::Object>();
    add_.Reset(isolate_, get(module, "add").As<v8::Function>());
    echo_.Reset(isolate_, get(module, "echo").As<v8::Function>());
    echo_text_.Reset(isolate_, get(module, "echoText").As<v8::Function>());
    sum_.Reset(isolate_, get(module, "sum").As<v8::Function>());
    counter_.Reset(isolate_, get(module, "counter").As<v8::Object>());
    constexpr const char* kNames[] = {"id", "weight", "valid", "name", "samples"};
    for (std::size_t i = 0; i < keys_.size(); ++i) keys_[i].Set(isolate_, Key(isolate_, kNames[i]));
    value_.Set(isolate_, Key(isolate_, "value"));
    plus_.Set(isolate_, Key(isolate_, "plus"));
  }

  double Add(double a, double b) const {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    v8::Local<v8::Value> arguments[] = {v8::Number::New(isolate_, a), v8::Number::New(isolate_, b)};
    return ToNumber(Call(caught, add_, arguments));
  }

  std::string EchoText(const std::string& text) const {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    v8::Local<v8::Value> arguments[] = {FromText(isolate_, text)};
    return ToText(isolate_, Call(caught, echo_text_, arguments));
  }

  Record Echo(const Record& record) const {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    v8::Local<v8::Value> arguments[] = {FromRecord(record)};
    return ToRecord(caught, Call(caught, echo_, arguments));
  }

  double Sum(const std::vector<double>& numbers) const {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    v8::Local<v8::Value> arguments[] = {FromNumbers(isolate_, numbers)};
    return ToNumber(Call(caught, sum_, arguments));
  }

  double GetValue() const {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    return ToNumber(Get(caught, counter_.Get(isolate_), value_));
  }

  double CallPlus(double a, double b) const {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    const v8::Local<v8::Object> counter = counter_.Get(isolate_);
    const v8::Local<v8::Value> plus = Get(caught, counter, plus_);
    if (!plus->IsFunction()) Refuse("function");
    v8::Local<v8::Value> arguments[] = {v8::Number::New(isolate_, a), v8::Number::New(isolate_, b)};
    v8::Local<v8::Value> result;
    if (!plus.As<v8::Function>()
             ->Call(isolate_->GetCurrentContext(), counter, 2, arguments)
             .ToLocal(&result)) {
      Rethrow(isolate_, caught);
    }
    return ToNumber(result);
  }

 private:
  template <int count>
  v8::Local<v8::Value> Call(const v8::TryCatch& caught, const v8::Global<v8::Function>& function,
                            v8::Local<v8::Value> (&arguments)[count]) const {
    v8::Local<v8::Value> result;
    if (!function.Get(isolate_)
             ->Call(isolate_->GetCurrentContext(), v8::Undefined(isolate_), count, arguments)
             .ToLocal(&result)) {
      Rethrow(isolate_, caught);
    }
    return result;
  }

  v8::Local<v8::Value> Get(const v8::TryCatch& caught, v8::Local<v8::Object> object,
                           const v8::Eternal<v8::String>& key) const {
    v8::Local<v8::Value> value;
    if (!object->Get(isolate_->GetCurrentContext(), key.Get(isolate_)).ToLocal(&value)) {
      Rethrow(isolate_, caught);
    }
    return value;
  }

  static double ToNumber(v8::Local<v8::Value> value) {
    if (!value->IsNumber()) Refuse("number");
    return value.As<v8::Number>()->Value();
  }

  v8::Local<v8::Object> FromRecord(const Record& record) const {
    const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    const v8::Local<v8::Object> object = v8::Object::New(isolate_);
    const auto set = [&](std::size_t field, v8::Local<v8::Value> value) {
      object->CreateDataProperty(context, keys_[field].Get(isolate_), value).Check();
    };
    set(0, v8::Integer::New(isolate_, record.id));
    set(1, v8::Number::New(isolate_, record.weight));
    set(2, v8::Boolean::New(isolate_, record.valid));
    set(3, FromText(isolate_, record.name));
    set(4, FromNumbers(isolate_, record.samples));
    return object;
  }

  Record ToRecord(const v8::TryCatch& caught, v8::Local<v8::Value> value) const {
    if (!value->IsObject()) Refuse("object");
    const v8::Local<v8::Object> object = value.As<v8::Object>();
    Record record;
    const v8::Local<v8::Value> id = Get(caught, object, keys_[0]);
    if (!id->IsInt32()) Refuse("integer");
    record.id = id.As<v8::Int32>()->Value();
    record.weight = ToNumber(Get(caught, object, keys_[1]));
    const v8::Local<v8::Value> valid = Get(caught, object, keys_[2]);
    if (!valid->IsBoolean()) Refuse("boolean");
    record.valid = valid.As<v8::Boolean>()->Value();
    record.name = ToText(isolate_, Get(caught, object, keys_[3]));
    const v8::Local<v8::Value> samples = Get(caught, object, keys_[4]);
    if (!samples->IsArray()) Refuse("array");
    const v8::Local<v8::Array> array = samples.As<v8::Array>();
    const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    record.samples.resize(array->Length());
    for (std::uint32_t i = 0; i < record.samples.size(); ++i) {
      v8::Local<v8::Value> item;
      if (!array->Get(context, i).ToLocal(&item)) Rethrow(isolate_, caught);
      record.samples[i] = ToNumber(item);
    }
    return record;
  }

  v8::Isolate* const isolate_;
  v8::Global<v8::Function> add_;
  v8::Global<v8::Function> echo_;
  v8::Global<v8::Function> echo_text_;
  v8::Global<v8::Function> sum_;
  v8::Global<v8::Object> counter_;
  std::array<v8::Eternal<v8::String>, 5> keys_;
  v8::Eternal<v8::String> value_;
  v8::Eternal<v8::String> plus_;
};

}  // namespace

void RegisterV8() { RegisterByHand<Calls>("v8"); }

}  // namespace bench
