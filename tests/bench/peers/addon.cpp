// The functions of js_to_cpp by node-addon-api, as its documentation has them written.
#include <napi.h>

#include <cstdint>
#include <string>

#include "../record.hpp"

namespace {

using bench::Record;

class Counter : public Napi::ObjectWrap<Counter> {
 public:
  static Napi::Function New(Napi::Env env) {
    return DefineClass(env, "Counter",
                       {InstanceMethod<&Counter::Increment>("increment"),
                        InstanceAccessor<&Counter::Value>("value")});
  }
  explicit Counter(const Napi::CallbackInfo& info)
      : ObjectWrap(info), value_(info[0].As<Napi::Number>().Int32Value()) {}

 private:
  Napi::Value Increment(const Napi::CallbackInfo& info) {
    value_ += info[0].As<Napi::Number>().Int32Value();
    return Napi::Number::New(info.Env(), value_);
  }
  Napi::Value Value(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), value_);
  }

  std::int32_t value_;
};

Napi::Value Add(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), info[0].As<Napi::Number>().DoubleValue() +
                                           info[1].As<Napi::Number>().DoubleValue());
}

Napi::Value Length(const Napi::CallbackInfo& info) {
  const std::string text = info[0].As<Napi::String>();
  return Napi::Number::New(info.Env(), static_cast<double>(text.size()));
}

Napi::Value Weigh(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  Record record{.id = object.Get("id").As<Napi::Number>(),
                .weight = object.Get("weight").As<Napi::Number>(),
                .valid = object.Get("valid").As<Napi::Boolean>(),
                .name = object.Get("name").As<Napi::String>(),
                .samples = {}};
  const auto samples = object.Get("samples").As<Napi::Array>();
  for (std::uint32_t i = 0; i < samples.Length(); ++i) {
    record.samples.push_back(samples.Get(i).As<Napi::Number>());
  }
  return Napi::Number::New(info.Env(), record.weight);
}

void ForEach(const Napi::CallbackInfo& info) {
  const std::int32_t count = info[0].As<Napi::Number>();
  const auto callback = info[1].As<Napi::Function>();
  for (std::int32_t i = 0; i < count; ++i) {
    const Napi::HandleScope scope(info.Env());
    callback.Call({Napi::Number::New(info.Env(), i)});
  }
}

Napi::Value MakeCallback(const Napi::CallbackInfo& info) {
  return Napi::Function::New(info.Env(), [](const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), call[0].As<Napi::Number>().Int32Value());
  });
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports["Counter"] = Counter::New(env);
  exports["add"] = Napi::Function::New<Add>(env);
  exports["length"] = Napi::Function::New<Length>(env);
  exports["weigh"] = Napi::Function::New<Weigh>(env);
  exports["forEach"] = Napi::Function::New<ForEach>(env);
  exports["makeCallback"] = Napi::Function::New<MakeCallback>(env);
  return exports;
}

}  // namespace

NODE_API_MODULE(nodehost_bench_addon, Init)
