#include "start_scripts.hpp"

#include <v8.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "file_check.hpp"
#include "host_functions.hpp"
#include "host_script.hpp"
#include "js_errors.hpp"
#include "memory.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"
#include "v8_strings.hpp"
#include "worker_memory.hpp"

namespace nodehost::detail {

namespace {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

host::Boundary& BoundaryOf(const Arguments& info) {
  return *static_cast<host::Boundary*>(ExternalPointer(info.Data()));
}

int IntegerAt(const Arguments& info, int index) {
  v8::Local<v8::Int32> value;
  return info[index]->ToInt32(info.GetIsolate()->GetCurrentContext()).ToLocal(&value)
             ? value->Value()
             : -1;
}

std::string Text(v8::Isolate* isolate, v8::Local<v8::Value> string) {
  std::string text;
  FromV8String(isolate, string.As<v8::String>(), text);
  return text;
}

// A C++ exception that would go through V8's frames becomes a JavaScript one.
template <class F>
void Guarded(v8::Isolate* isolate, F&& function) {
  try {
    function();
  } catch (const std::exception& error) {
    isolate->ThrowException(v8::Exception::Error(ToV8String(isolate, error.what())));
  } catch (...) {
    isolate->ThrowException(v8::Exception::Error(
        ToV8String(isolate, "The host's callback threw something that is no std::exception.")));
  }
}

void ClaimSignal(const Arguments& info) {
  Guarded(info.GetIsolate(), [&] { BoundaryOf(info).signals.Claim(IntegerAt(info, 0)); });
}

// As a callback of V8's, through whose frames no exception may go.
template <v8::FunctionCallback kCallback>
void Contained(const Arguments& info) {
  Guarded(info.GetIsolate(), [&] { kCallback(info); });
}

void ReleaseSignal(const Arguments& info) { BoundaryOf(info).signals.Release(IntegerAt(info, 0)); }

void TouchStdio(const Arguments& info) { BoundaryOf(info).stdio.Touch(IntegerAt(info, 0)); }

// write(fd, text or view): 0 or a negative error number.
void Write(const Arguments& info) {
  host::Boundary& boundary = BoundaryOf(info);
  std::string bytes;
  if (info[1]->IsArrayBufferView()) {
    const auto view = info[1].As<v8::ArrayBufferView>();
    bytes.resize(view->ByteLength());
    CopyFromView(view, bytes.data(), bytes.size());
  } else if (info[1]->IsString()) {
    bytes = Text(info.GetIsolate(), info[1]);
  }
  Guarded(info.GetIsolate(), [&] {
    host::OutputSink& sink = IntegerAt(info, 0) == 2 ? boundary.err : boundary.out;
    info.GetReturnValue().Set(sink.Write(bytes));
  });
}

void IsTerminal(const Arguments& info) {
  info.GetReturnValue().Set(host::IsTerminal(IntegerAt(info, 0)));
}

void TerminalSize(const Arguments& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  const auto [columns, rows] = host::TerminalSize(IntegerAt(info, 0));
  v8::Local<v8::Value> size[] = {v8::Integer::New(isolate, columns),
                                 v8::Integer::New(isolate, rows)};
  info.GetReturnValue().Set(v8::Array::New(isolate, size, std::size(size)));
}

// The process's own variable, past any process.env; undefined if there is none.
void RealVariable(const Arguments& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  if (!info[0]->IsString()) return;
  const char* const value = std::getenv(Text(isolate, info[0]).c_str());
  if (value) info.GetReturnValue().Set(ToV8String(isolate, value));
}

// limitWorker(threadId, MB), before it starts.
void LimitWorker(const Arguments& info) {
  BoundaryOf(info).worker_limits.Set(IntegerAt(info, 0),
                                     static_cast<std::size_t>(std::max(IntegerAt(info, 1), 1)));
}

// watchMemory(threadId), on a Worker's thread: its limit in MB, 0 if it has V8's.
void WatchMemory(const Arguments& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  host::Boundary& boundary = BoundaryOf(info);
  info.GetReturnValue().Set(static_cast<double>(
      WatchWorkerMemory(node::GetCurrentEnvironment(isolate->GetCurrentContext()), isolate,
                        IntegerAt(info, 0), boundary.worker_limits, boundary.max_external_mb)));
}

// exceededMemory(threadId): the limit that the Worker, which has ended, exceeded; "" if none.
void ExceededMemory(const Arguments& info) {
  info.GetReturnValue().Set(ToV8String(
      info.GetIsolate(), BoundaryOf(info).worker_limits.TakeExceeded(IntegerAt(info, 0))));
}

// inspectorOpened(url): by a script.
void InspectorOpened(const Arguments& info) {
  if (info[0]->IsString()) BoundaryOf(info).on_inspector(Text(info.GetIsolate(), info[0]));
}

// waitForDebugger(wait): what `wait` returns, when a debugger has come.
void WaitForDebugger(const Arguments& info) {
  if (!info[0]->IsFunction()) return;
  BoundaryOf(info).wait_for_debugger([&] {
    v8::Local<v8::Value> result;
    if (info[0]
            .As<v8::Function>()
            ->Call(info.GetIsolate()->GetCurrentContext(), v8::Undefined(info.GetIsolate()), 0,
                   nullptr)
            .ToLocal(&result)) {
      info.GetReturnValue().Set(result);
    }
  });
}

class Builder {
 public:
  explicit Builder(v8::Local<v8::Context> context)
      : isolate_(v8::Isolate::GetCurrent()),
        context_(context),
        object_(v8::Object::New(isolate_)) {}

  void Set(std::string_view name, v8::Local<v8::Value> value) {
    object_->CreateDataProperty(context_, ToV8String(isolate_, name), value).Check();
  }
  void Set(std::string_view name, bool value) {
    Set(name, v8::Boolean::New(isolate_, value).As<v8::Value>());
  }
  void Set(std::string_view name, v8::FunctionCallback callback, v8::Local<v8::Value> data) {
    Set(name, v8::Function::New(context_, callback, data, 0, v8::ConstructorBehavior::kThrow)
                  .ToLocalChecked()
                  .As<v8::Value>());
  }
  v8::Local<v8::Object> object() const { return object_; }

 private:
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const v8::Local<v8::Object> object_;
};

v8::Local<v8::Object> HostFunctions(v8::Local<v8::Context> context, host::Boundary& boundary) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::External> data = NewExternal(isolate, &boundary);
  Builder host(context);
  host.Set("claimSignal", Contained<ClaimSignal>, data);
  host.Set("releaseSignal", Contained<ReleaseSignal>, data);
  host.Set("touchStdio", Contained<TouchStdio>, data);
  host.Set("write", Contained<Write>, data);
  host.Set("isTerminal", Contained<IsTerminal>, data);
  host.Set("terminalSize", Contained<TerminalSize>, data);
  host.Set("realVariable", Contained<RealVariable>, data);
  host.Set("limitWorker", Contained<LimitWorker>, data);
  host.Set("watchMemory", Contained<WatchMemory>, data);
  host.Set("exceededMemory", Contained<ExceededMemory>, data);
  host.Set("inspectorOpened", Contained<InspectorOpened>, data);
  host.Set("waitForDebugger", Contained<WaitForDebugger>, data);
  const v8::Local<v8::Value> files =
      NewExternal(isolate, const_cast<host::FileRights*>(&boundary.files)).As<v8::Value>();
  host.Set("checkPath", Contained<CheckPath>, files);
  host.Set("openParent", Contained<OpenParent>, files);
  host.Set("closeParent", Contained<CloseParent>, data);
  return host.object();
}

v8::Local<v8::Object> RightsObject(v8::Local<v8::Context> context, const Rights& rights) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  Builder object(context);
  object.Set("nativeAddons", rights.native_addons);
  object.Set("childProcesses", rights.child_processes);
  object.Set("workers", rights.workers);
  object.Set("network", rights.network);
  object.Set("environmentVariables", rights.environment_variables);
  object.Set("readFiles", !rights.read_files);
  object.Set("writeFiles", !rights.write_files);
  if (rights.builtins) {
    std::vector<v8::Local<v8::Value>> names;
    for (std::string_view name : *rights.builtins) {
      if (name.starts_with("node:")) name.remove_prefix(5);
      names.push_back(ToV8String(isolate, name));
    }
    object.Set("builtins", v8::Array::New(isolate, names.data(), names.size()).As<v8::Value>());
  }
  return object.object();
}

v8::MaybeLocal<v8::Object> StartOptions(v8::Local<v8::Context> context, host::Boundary& boundary,
                                        HostScripts& scripts, bool in_worker) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Function> use;
  if (!scripts.RunFunction().ToLocal(&use)) return {};
  Builder options(context);
  options.Set("host", HostFunctions(context, boundary).As<v8::Value>());
  options.Set("rights", RightsObject(context, boundary.rights).As<v8::Value>());
  options.Set("allowSignals", boundary.allow_signals);
  options.Set("execPath", ToV8String(isolate, boundary.exec_path).As<v8::Value>());
  options.Set("capturesOut", boundary.out.captured());
  options.Set("capturesErr", boundary.err.captured());
  options.Set("ownProcess", boundary.own_process);
  options.Set("processBinding", boundary.process_binding);
  options.Set("rightsTaken", boundary.rights_taken);
  options.Set("inWorker", in_worker);
  options.Set("use", use.As<v8::Value>());
  return options.object();
}

// Runs the scripts that enforce the boundary. False if JavaScript threw.
bool PutInForce(v8::Local<v8::Context> context, host::Boundary& boundary, HostScripts& scripts,
                bool in_worker) {
  v8::Local<v8::Object> options;
  if (!StartOptions(context, boundary, scripts, in_worker).ToLocal(&options)) return false;
  const auto run = [&](std::string_view path) { return !scripts.Run(path, options).IsEmpty(); };
  const auto run_for = [&](std::string_view name, std::string_view path) {
    v8::Local<v8::Value> result;
    return scripts.Run(path, options).ToLocal(&result) &&
           options->CreateDataProperty(context, ToV8String(v8::Isolate::GetCurrent(), name), result)
               .FromMaybe(false);
  };
  const auto limit_files = [&] {
    return run_for("files", "start/file_rights.js") && run("start/file_rights_beyond_fs.js");
  };
  return run_for("whenLoaded", "start/when_loaded.js") &&
         run_for("failures", "start/path_lengths.js") && run("start/signals.js") &&
         run("start/stdio.js") && run("start/child_processes.js") && run("start/v8_flags.js") &&
         run("start/worker_memory.js") && run("start/bindings.js") && run("start/debuggers.js") &&
         run("start/native_classes.js") && (in_worker || run("start/env_file.js")) &&
         (!boundary.files.limited() || limit_files()) &&
         (!boundary.rights_taken || run("start/rights.js"));
}

// An exception is left to Node, which then does not start the Worker.
void PreloadWorker(host::Boundary& boundary, v8::Local<v8::Value> require) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  boundary.EnterWorker();
  auto* const scripts = new HostScripts(context);
  node::AddEnvironmentCleanupHook(
      isolate, [](void* data) { delete static_cast<HostScripts*>(data); }, scripts);
  scripts->SetRequire(require);
  PutInForce(context, boundary, *scripts, /*in_worker=*/true);
}

// Node's own callback makes a realm in which checks of Node's fail, which aborts the process.
v8::MaybeLocal<v8::Context> RefuseShadowRealm(v8::Local<v8::Context> initiator) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Context::Scope scope(initiator);
  ThrowWithCode(isolate,
                v8::Exception::Error(ToV8String(
                    isolate, "A ShadowRealm cannot be made in a program that hosts Node.js")),
                "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
  return {};
}

// process.argv without the name of the environment, which is behind that of the program.
void TakeNameFromArgv(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const auto property = [&](v8::Local<v8::Object> object, std::string_view name) {
    return object->Get(context, ToV8String(isolate, name)).ToLocalChecked().As<v8::Object>();
  };
  const v8::Local<v8::Object> process = property(context->Global(), "process");
  const auto argv = property(process, "argv").As<v8::Array>();
  std::vector<v8::Local<v8::Value>> arguments;
  for (std::uint32_t i = 0; i < argv->Length(); ++i) {
    if (i != 1) arguments.push_back(argv->Get(context, i).ToLocalChecked());
  }
  process
      ->Set(context, ToV8String(isolate, "argv"),
            v8::Array::New(isolate, arguments.data(), arguments.size()))
      .Check();
}

// False if JavaScript threw.
bool StepOfKept(Realm& realm, const host::Boundary& boundary, std::string_view step) {
  return !boundary.takes_kept_functions ||
         !realm.host_scripts().Run("start/snapshot_kept_step.js", realm.String(step)).IsEmpty();
}

void Preload(host::Boundary& boundary, v8::Local<v8::Value> require) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::HandleScope scope(isolate);
  if (!boundary.own_process) {
    isolate->SetHostCreateShadowRealmContextCallback(&RefuseShadowRealm);
  }
  JsThread* const thread = JsThread::Current();  // null on a Worker's thread
  if (!thread) {
    if (boundary.needed()) PreloadWorker(boundary, require);
    return;
  }
  if (boundary.has_name_in_argv) TakeNameFromArgv(isolate->GetCurrentContext());
  try {
    Realm& realm = *thread->realm();
    TakeRequire(realm, require);
    const v8::TryCatch caught(isolate);
    const bool process_state_taken =
        !boundary.takes_process_state ||
        !realm.host_scripts().Run("start/process_state.js", v8::Undefined(isolate)).IsEmpty();
    if (!process_state_taken ||
        (boundary.needed() && !PutInForce(isolate->GetCurrentContext(), boundary,
                                          realm.host_scripts(), /*in_worker=*/false)) ||
        !StepOfKept(realm, boundary, "close")) {
      ThrowCaught(realm, caught);
    }
  } catch (const JsError& error) {
    boundary.failure = error.code() == "ERR_NODEHOST_OPTION"
                           ? std::make_exception_ptr(HostError(error.message()))
                           : std::current_exception();
  } catch (...) {
    boundary.failure = std::current_exception();
  }
}

}  // namespace

void BeginBoundary(Realm& realm, const host::Boundary& boundary) {
  const v8::HandleScope scope(realm.isolate());
  const v8::TryCatch caught(realm.isolate());
  if (!StepOfKept(realm, boundary, "open")) ThrowCaught(realm, caught);
}

void SetEnvironmentVariables(Realm& realm, const std::string& base_dir,
                             const std::map<std::string, std::optional<std::string>>& overlay,
                             bool isolate_node_variables, bool hide_variables) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Object> options = v8::Object::New(isolate);
  const auto set = [&](v8::Local<v8::Object> object, std::string_view name,
                       v8::Local<v8::Value> value) {
    object->CreateDataProperty(realm.context(), realm.String(name), value).Check();
  };
  if (!overlay.empty()) {
    const v8::Local<v8::Object> variables = v8::Object::New(isolate);
    for (const auto& [name, value] : overlay) {
      const v8::Local<v8::Value> text =
          value ? realm.String(*value).As<v8::Value>() : v8::Null(isolate).As<v8::Value>();
      set(variables, name, text);
    }
    set(options, "env", variables);
  }
  set(options, "isolateNodeVariables", v8::Boolean::New(isolate, isolate_node_variables));
  set(options, "hideEnv", v8::Boolean::New(isolate, hide_variables));
  set(options, "baseDir", realm.String(base_dir));
  realm.bridge().SetOptions(options);
  if (isolate_node_variables || hide_variables || !overlay.empty()) {
    RunHostScript(realm, "start/environment_variables.js", options);
  }
}

node::EmbedderPreloadCallback PreloadOf(host::Boundary& boundary) {
  return [&boundary](node::Environment*, v8::Local<v8::Value>, v8::Local<v8::Value> require) {
    Preload(boundary, require);
  };
}

}  // namespace nodehost::detail
