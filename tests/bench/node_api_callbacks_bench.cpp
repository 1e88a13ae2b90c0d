// The rows `node_api` of js_to_cpp: the functions that JavaScript calls, written on Node-API in a
// binding that is linked into this program. Every status is checked.
#include <node.h>
#include <node_api.h>
#include <v8.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "js_to_cpp.hpp"

namespace bench {

namespace {

struct Refused {};

void Check(napi_status status) {
  if (status != napi_ok) [[unlikely]]
    throw Refused();
}

// One call: its arguments and the JavaScript values that it needs.
class NapiCall {
 public:
  NapiCall(napi_env env, napi_callback_info info) : env_(env) {
    std::size_t count = arguments_.size();
    Check(napi_get_cb_info(env, info, &count, arguments_.data(), &this_, nullptr));
  }

  napi_env env() const noexcept { return env_; }
  napi_value self() const noexcept { return this_; }
  napi_value argument(std::size_t index) const noexcept { return arguments_[index]; }

  double ToNumber(napi_value value) const {
    double number;
    Check(napi_get_value_double(env_, value, &number));
    return number;
  }
  std::int32_t ToInt(napi_value value) const {
    std::int32_t number;
    Check(napi_get_value_int32(env_, value, &number));
    return number;
  }
  std::string ToText(napi_value value) const {
    std::size_t size = 0;
    Check(napi_get_value_string_utf8(env_, value, nullptr, 0, &size));
    std::string text(size, '\0');
    Check(napi_get_value_string_utf8(env_, value, text.data(), size + 1, &size));
    return text;
  }
  napi_value Get(napi_value object, const char* name) const {
    napi_value value;
    Check(napi_get_named_property(env_, object, name, &value));
    return value;
  }
  napi_value Number(double number) const {
    napi_value value;
    Check(napi_create_double(env_, number, &value));
    return value;
  }
  napi_value Int(std::int32_t number) const {
    napi_value value;
    Check(napi_create_int32(env_, number, &value));
    return value;
  }

 private:
  const napi_env env_;
  std::array<napi_value, 2> arguments_{};
  napi_value this_ = nullptr;
};

/// As a napi_callback: what is refused is a TypeError.
template <napi_value (*function)(const NapiCall& call)>
napi_value Served(napi_env env, napi_callback_info info) {
  try {
    return function(NapiCall(env, info));
  } catch (const Refused&) {
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (!pending) napi_throw_type_error(env, nullptr, "an argument of another type");
    return nullptr;
  }
}

napi_value Add(const NapiCall& call) {
  return call.Number(call.ToNumber(call.argument(0)) + call.ToNumber(call.argument(1)));
}

napi_value Length(const NapiCall& call) {
  return call.Int(static_cast<std::int32_t>(call.ToText(call.argument(0)).size()));
}

napi_value Weigh(const NapiCall& call) {
  const napi_value object = call.argument(0);
  Record record{.id = call.ToInt(call.Get(object, "id")),
                .weight = call.ToNumber(call.Get(object, "weight")),
                .valid = false,
                .name = call.ToText(call.Get(object, "name")),
                .samples = {}};
  Check(napi_get_value_bool(call.env(), call.Get(object, "valid"), &record.valid));
  const napi_value samples = call.Get(object, "samples");
  std::uint32_t length = 0;
  Check(napi_get_array_length(call.env(), samples, &length));
  record.samples.resize(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    napi_value item;
    Check(napi_get_element(call.env(), samples, i, &item));
    record.samples[i] = call.ToNumber(item);
  }
  return call.Number(record.weight);
}

napi_value ForEach(const NapiCall& call) {
  const std::int32_t count = call.ToInt(call.argument(0));
  napi_value undefined;
  Check(napi_get_undefined(call.env(), &undefined));
  for (std::int32_t i = 0; i < count; ++i) {
    napi_handle_scope scope;
    Check(napi_open_handle_scope(call.env(), &scope));
    const napi_value number = call.Int(i);
    Check(napi_call_function(call.env(), undefined, call.argument(1), 1, &number, nullptr));
    Check(napi_close_handle_scope(call.env(), scope));
  }
  return undefined;
}

napi_value Identity(const NapiCall& call) { return call.Int(call.ToInt(call.argument(0))); }

napi_value MakeCallback(const NapiCall& call) {
  napi_value function;
  Check(napi_create_function(call.env(), nullptr, 0, &Served<&Identity>, nullptr, &function));
  return function;
}

napi_value Construct(const NapiCall& call) {
  auto* const value = new std::int32_t(call.ToInt(call.argument(0)));
  Check(napi_wrap(
      call.env(), call.self(), value,
      [](napi_env, void* data, void*) { delete static_cast<std::int32_t*>(data); }, nullptr,
      nullptr));
  return call.self();
}

std::int32_t& CounterOf(const NapiCall& call) {
  void* value = nullptr;
  Check(napi_unwrap(call.env(), call.self(), &value));
  return *static_cast<std::int32_t*>(value);
}

napi_value Increment(const NapiCall& call) {
  return call.Int(CounterOf(call) += call.ToInt(call.argument(0)));
}

napi_value Value(const NapiCall& call) { return call.Int(CounterOf(call)); }

napi_value Init(napi_env env, napi_value exports) {
  const auto function = [](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,    nullptr, callback,     nullptr,
                                    nullptr, nullptr, napi_default, nullptr};
  };
  const napi_property_descriptor members[] = {
      function("increment", &Served<&Increment>),
      {"value", nullptr, nullptr, &Served<&Value>, nullptr, nullptr, napi_default, nullptr}};
  napi_value counter;
  Check(napi_define_class(env, "Counter", NAPI_AUTO_LENGTH, &Served<&Construct>, nullptr,
                          std::size(members), members, &counter));
  const napi_property_descriptor functions[] = {
      function("add", &Served<&Add>),
      function("length", &Served<&Length>),
      function("weigh", &Served<&Weigh>),
      function("forEach", &Served<&ForEach>),
      function("makeCallback", &Served<&MakeCallback>),
      {"Counter", nullptr, nullptr, nullptr, nullptr, counter, napi_enumerable, nullptr}};
  Check(napi_define_properties(env, exports, std::size(functions), functions));
  return exports;
}

nh::Value MakeApi(nh::Js& js) {
  static bool linked = false;
  if (!linked) {
    static napi_module module{
        NAPI_MODULE_VERSION, 0, "callbacks_bench.cpp", Init, "callbacks_bench", nullptr, {}};
    const v8::HandleScope scope(v8::Isolate::GetCurrent());
    node::AddLinkedBinding(
        node::GetCurrentEnvironment(v8::Isolate::GetCurrent()->GetCurrentContext()), module);
    linked = true;
  }
  return js.Eval("process._linkedBinding('callbacks_bench')");
}

}  // namespace

void RegisterNodeApiCallbacks() { RegisterLoops("node_api", &MakeApi, true); }

}  // namespace bench
