// The rows `node_api`: the same calls written on Node-API, in a binding that is linked into this
// program. Functions are cached as references, each call has a handle scope, every status is
// checked. Keys are C strings: stable Node-API cannot keep a reference to a string.
#include <node.h>
#include <node_api.h>
#include <v8.h>

#include <array>
#include <stdexcept>

#include "by_hand.hpp"

namespace bench {

namespace {

// What the binding is initialised with; there is one environment that loads it.
napi_env linked_env = nullptr;

napi_value Init(napi_env env, napi_value exports) {
  linked_env = env;
  return exports;
}

[[noreturn]] void Fail(napi_env env) {
  napi_value error = nullptr;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) napi_get_and_clear_last_exception(env, &error);
  throw std::runtime_error(pending ? "JavaScript threw" : "Node-API refused");
}

void Check(napi_env env, napi_status status) {
  if (status != napi_ok) [[unlikely]]
    Fail(env);
}

class HandleScope {
 public:
  explicit HandleScope(napi_env env) : env_(env) {
    Check(env, napi_open_handle_scope(env, &scope_));
  }
  ~HandleScope() { napi_close_handle_scope(env_, scope_); }
  HandleScope(const HandleScope&) = delete;
  HandleScope& operator=(const HandleScope&) = delete;

 private:
  napi_env env_;
  napi_handle_scope scope_ = nullptr;
};

napi_env LinkedEnv(nh::Js& js) {
  if (!linked_env) {
    static napi_module module{
        NAPI_MODULE_VERSION, 0, "calls_bench.cpp", Init, "calls_bench", nullptr, {}};
    const v8::HandleScope scope(v8::Isolate::GetCurrent());
    const v8::Local<v8::Context> context = v8::Isolate::GetCurrent()->GetCurrentContext();
    node::AddLinkedBinding(node::GetCurrentEnvironment(context), module);
    js.Eval("process._linkedBinding('calls_bench')");
  }
  return linked_env;
}

class Calls {
 public:
  explicit Calls(nh::Js& js) : env_(LinkedEnv(js)) {
    js.Global().Set("benched", js.Import("./calls.mjs?node_api"));
    const HandleScope scope(env_);
    napi_value global;
    Check(env_, napi_get_global(env_, &global));
    const napi_value module = Get(global, "benched");
    constexpr const char* kFunctions[] = {"add", "echo", "echoText", "sum", "counter"};
    napi_ref* const refs[] = {&add_, &echo_, &echo_text_, &sum_, &counter_};
    for (std::size_t i = 0; i < std::size(refs); ++i) {
      Check(env_, napi_create_reference(env_, Get(module, kFunctions[i]), 1, refs[i]));
    }
  }
  ~Calls() {
    for (napi_ref ref : {add_, echo_, echo_text_, sum_, counter_}) napi_delete_reference(env_, ref);
  }
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  double Add(double a, double b) const {
    const HandleScope scope(env_);
    return ToNumber(Call(add_, {FromNumber(a), FromNumber(b)}));
  }

  std::string EchoText(const std::string& text) const {
    const HandleScope scope(env_);
    return ToText(Call(echo_text_, std::array{FromText(text)}));
  }

  Record Echo(const Record& record) const {
    const HandleScope scope(env_);
    return ToRecord(Call(echo_, std::array{FromRecord(record)}));
  }

  double Sum(const std::vector<double>& numbers) const {
    const HandleScope scope(env_);
    return ToNumber(Call(sum_, std::array{FromNumbers(numbers)}));
  }

  double GetValue() const {
    const HandleScope scope(env_);
    return ToNumber(Get(Deref(counter_), "value"));
  }

  double CallPlus(double a, double b) const {
    const HandleScope scope(env_);
    const napi_value counter = Deref(counter_);
    const std::array arguments{FromNumber(a), FromNumber(b)};
    napi_value result;
    Check(env_, napi_call_function(env_, counter, Get(counter, "plus"), arguments.size(),
                                   arguments.data(), &result));
    return ToNumber(result);
  }

 private:
  napi_value Deref(napi_ref ref) const {
    napi_value value;
    Check(env_, napi_get_reference_value(env_, ref, &value));
    return value;
  }

  template <std::size_t count>
  napi_value Call(napi_ref function, const std::array<napi_value, count>& arguments) const {
    napi_value undefined;
    Check(env_, napi_get_undefined(env_, &undefined));
    napi_value result;
    Check(env_,
          napi_call_function(env_, undefined, Deref(function), count, arguments.data(), &result));
    return result;
  }
  napi_value Call(napi_ref function, const std::array<napi_value, 2>& arguments) const {
    return Call<2>(function, arguments);
  }

  napi_value Get(napi_value object, const char* name) const {
    napi_value value;
    Check(env_, napi_get_named_property(env_, object, name, &value));
    return value;
  }

  double ToNumber(napi_value value) const {
    double number;
    Check(env_, napi_get_value_double(env_, value, &number));
    return number;
  }

  std::string ToText(napi_value value) const {
    std::size_t size = 0;
    Check(env_, napi_get_value_string_utf8(env_, value, nullptr, 0, &size));
    std::string text(size, '\0');
    Check(env_, napi_get_value_string_utf8(env_, value, text.data(), size + 1, &size));
    return text;
  }

  napi_value FromNumber(double number) const {
    napi_value value;
    Check(env_, napi_create_double(env_, number, &value));
    return value;
  }

  napi_value FromText(const std::string& text) const {
    napi_value value;
    Check(env_, napi_create_string_utf8(env_, text.data(), text.size(), &value));
    return value;
  }

  napi_value FromNumbers(const std::vector<double>& numbers) const {
    napi_value array;
    Check(env_, napi_create_array_with_length(env_, numbers.size(), &array));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      Check(env_,
            napi_set_element(env_, array, static_cast<std::uint32_t>(i), FromNumber(numbers[i])));
    }
    return array;
  }

  napi_value FromRecord(const Record& record) const {
    napi_value object;
    Check(env_, napi_create_object(env_, &object));
    const auto set = [&](const char* name, napi_value value) {
      Check(env_, napi_set_named_property(env_, object, name, value));
    };
    napi_value value;
    Check(env_, napi_create_int32(env_, record.id, &value));
    set("id", value);
    set("weight", FromNumber(record.weight));
    Check(env_, napi_get_boolean(env_, record.valid, &value));
    set("valid", value);
    set("name", FromText(record.name));
    set("samples", FromNumbers(record.samples));
    return object;
  }

  Record ToRecord(napi_value object) const {
    Record record;
    Check(env_, napi_get_value_int32(env_, Get(object, "id"), &record.id));
    record.weight = ToNumber(Get(object, "weight"));
    Check(env_, napi_get_value_bool(env_, Get(object, "valid"), &record.valid));
    record.name = ToText(Get(object, "name"));
    const napi_value samples = Get(object, "samples");
    std::uint32_t length = 0;
    Check(env_, napi_get_array_length(env_, samples, &length));
    record.samples.resize(length);
    for (std::uint32_t i = 0; i < length; ++i) {
      napi_value item;
      Check(env_, napi_get_element(env_, samples, i, &item));
      record.samples[i] = ToNumber(item);
    }
    return record;
  }

  const napi_env env_;
  napi_ref add_ = nullptr;
  napi_ref echo_ = nullptr;
  napi_ref echo_text_ = nullptr;
  napi_ref sum_ = nullptr;
  napi_ref counter_ = nullptr;
};

}  // namespace

void RegisterNodeApi() { RegisterByHand<Calls>("node_api"); }

}  // namespace bench
