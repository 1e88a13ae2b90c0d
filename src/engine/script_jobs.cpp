// The function behind ScriptRunner.
#include <v8.h>

#include "bridge.hpp"
#include "catch.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/script_runner.hpp"
#include "realm.hpp"

namespace nodehost::detail {

Value ScriptJobFunction(Js& js) {
  Realm& realm = Realm::Of(js.thread());
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Object> options = v8::Object::New(isolate);
  {
    const Catch caught(realm);
    if (options
            ->CreateDataProperty(realm.context(), realm.String("evaluate"),
                                 realm.bridge().Find(Bridge::kEvaluate))
            .IsNothing()) {
      ThrowCaught(realm, caught);
    }
  }
  const v8::Local<v8::Object> script = RunHostScript(realm, "first_use/script_jobs.js", options);
  return Value(realm.references().Make(isolate, HostFunctionOf(realm, script, "run")));
}

}  // namespace nodehost::detail
