// The function behind ScriptRunner.
#include <v8.h>

#include <utility>

#include "bridge.hpp"
#include "catch.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/script_runner.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

namespace {

// (number, code, filename): runs a script. Data() is `running` of script_jobs.js. In C++, because a
// script that is stopped at its limit skips JavaScript's `finally`.
void Evaluate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Realm* const realm = JsThread::Current()->realm();
  if (!realm) return;
  const JobCatch::Hidden hidden(*realm);
  auto* const running = static_cast<double*>(info.Data().As<v8::Float64Array>()->Buffer()->Data());
  const double number = info[0].As<v8::Number>()->Value();
  const double outer = std::exchange(running[0], number);
  v8::Local<v8::Value> arguments[] = {info[1], info[2]};
  v8::Local<v8::Value> result;
  if (realm->bridge().Call(Bridge::kEvaluate, arguments).ToLocal(&result)) {
    info.GetReturnValue().Set(result);
  } else if (info.GetIsolate()->IsExecutionTerminating()) {
    running[1] = number;
  }
  running[0] = outer;
}

bool Set(Realm& realm, v8::Local<v8::Object> options, const char* name,
         v8::Local<v8::Value> value) {
  return options->CreateDataProperty(realm.context(), realm.String(name), value).FromMaybe(false);
}

}  // namespace

Value ScriptJobFunction(Js& js) {
  Realm& realm = Realm::Of(js.thread());
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Object> options = v8::Object::New(isolate);
  static_cast<void>(realm.bridge().Find(Bridge::kEvaluate));  // which throws here, not in Evaluate
  {
    const Catch caught(realm);
    const auto running =
        v8::Float64Array::New(v8::ArrayBuffer::New(isolate, 2 * sizeof(double)), 0, 2);
    v8::Local<v8::Function> evaluate;
    if (!v8::Function::New(realm.context(), &Evaluate, running).ToLocal(&evaluate) ||
        !Set(realm, options, "running", running) || !Set(realm, options, "evaluate", evaluate)) {
      ThrowCaught(realm, caught);
    }
  }
  const v8::Local<v8::Object> script = RunHostScript(realm, "first_use/script_jobs.js", options);
  return Value(realm.references().Make(isolate, HostFunctionOf(realm, script, "run")));
}

}  // namespace nodehost::detail
