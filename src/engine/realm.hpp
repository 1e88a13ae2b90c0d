// Realm: one environment's V8 side - isolate, context, the bridge's functions, cached property keys
// and every reference C++ holds. Belongs to the JS thread; only releasing references may be done
// elsewhere.
#pragma once

#include <v8.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abort_signals.hpp"
#include "borrow.hpp"
#include "event_functions.hpp"
#include "exported_classes.hpp"
#include "host_script.hpp"
#include "key_cache.hpp"
#include "native_function.hpp"
#include "nodehost/detail/type_info.hpp"
#include "number_arrays.hpp"
#include "operation_functions.hpp"
#include "promises.hpp"
#include "reference.hpp"
#include "stream_scripts.hpp"
#include "struct_readers.hpp"
#include "struct_shapes.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

/// The functions of js/bridge/bridge.js.
enum class Bridge : std::uint8_t {
  kLoad,
  kPromiseOf,
  kHolder,
  kCallable,
  kEvaluate,
  kDescribeError,
  kMakeError,
  kSystemError,
  kErrnoOf,
  kReport,
  kDrain,
  kSettle,
  kAliveResources,
  kAddModule,
  kAddText,
  kCount
};

class Realm {
 public:
  /// `allocator` is what ArrayBuffers are made by.
  Realm(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
        std::string base_dir, std::shared_ptr<void> allocator);

  JsThread& thread() const noexcept { return thread_; }
  v8::Isolate* isolate() const noexcept { return isolate_; }
  const std::shared_ptr<void>& allocator() const noexcept { return allocator_; }
  v8::Local<v8::Context> context() const { return Borrowed(isolate_, context_); }
  References& references() noexcept { return *references_; }
  PromiseWaiters& waiters() noexcept { return waiters_; }

  /// The realm of the calling thread if it is `thread`; throws WrongThread or EnvironmentStopped.
  static Realm& Of(const JsThread& thread) {
    thread.CheckCurrent();
    Realm* const realm = thread.realm();
    if (!thread.MayEnter()) [[unlikely]]
      ThrowStopped(thread);
    return *realm;
  }

  /// Gives the environment a process.env of its own; before node::LoadEnvironment. With
  /// `hide_variables` it holds the overlay only.
  void SetEnvironmentVariables(const std::map<std::string, std::optional<std::string>>& overlay,
                               bool isolate_node_variables, bool hide_variables);

  /// Takes Node's own require for built-ins, which the bridge and what it uses need. Before any
  /// user code.
  void TakeRequire(v8::Local<v8::Value> require);

  /// Loads js/bridge/bridge.js, after TakeRequire. Without it the bridge is loaded at its first
  /// use.
  void LoadBridge();

  /// Calls a function of the bridge. Empty if it threw.
  v8::MaybeLocal<v8::Value> CallBridge(Bridge function, std::span<v8::Local<v8::Value>> arguments);

  /// A function of the bridge; empty if the bridge cannot be loaded.
  v8::Local<v8::Function> BridgeFunction(Bridge function);

  /// Runs nextTicks and microtasks now.
  void RunTicks();

  HostScripts& host_scripts() noexcept { return host_scripts_; }

  /// Runs a file of js/; returns the object it returns. Throws JsError.
  v8::Local<v8::Object> RunHostScript(std::string_view path, v8::Local<v8::Value> options);

  /// A function of what a file of js/ has returned. Throws HostError where there is none.
  v8::Local<v8::Function> FunctionOf(v8::Local<v8::Object> returned, const char* name);

  /// The property keys of a struct, made at first use.
  std::span<const v8::Eternal<v8::Name>> KeysOf(const StructInfo& info);

  v8::Local<v8::String> String(std::string_view utf8);

  /// A property's name, from a cache.
  v8::Local<v8::Name> Key(std::string_view name) { return names_.Find(isolate_, name); }

  /// What was made of C++ functions.
  NativeFunctions& natives() noexcept { return natives_; }

  /// AbortSignals, of C++'s and of JavaScript's.
  AbortSignals& abort_signals() noexcept { return abort_signals_; }

  /// The functions of js/first_use/events.js.
  EventFunctions& events() noexcept { return events_; }

  /// Described C++ classes and their objects.
  Classes& classes() noexcept { return classes_; }

  /// The functions of js/first_use/operations.js.
  OperationFunctions& operations() noexcept { return operations_; }

  /// The functions of js/first_use/streams.js.
  StreamScripts& streams() noexcept { return streams_; }

  /// Objects of structs, and arrays of numbers.
  StructShapes& shapes() noexcept { return shapes_; }
  StructReaders& readers() noexcept { return readers_; }
  NumberArrays& number_arrays() noexcept { return number_arrays_; }

  /// The TryCatch that a job has open and that a Catch may borrow, or null. catch.hpp.
  v8::TryCatch*& job_catch() noexcept { return job_catch_; }

  /// Forgets everything of V8's; from here on the realm only takes references back.
  void Close();

 private:
  [[noreturn]] static void ThrowStopped(const JsThread& thread);
  v8::Local<v8::Object> BridgeOptions();

  JsThread& thread_;
  v8::Isolate* const isolate_;
  v8::Global<v8::Context> context_;
  const std::string base_dir_;
  const std::shared_ptr<void> allocator_;
  HostScripts host_scripts_;
  std::shared_ptr<References> references_;
  PromiseWaiters waiters_;
  v8::Global<v8::Object> environment_options_;  // as start/environment_variables.js got them
  std::array<v8::Global<v8::Function>, static_cast<std::size_t>(Bridge::kCount)> bridge_;
  bool loads_bridge_ = false;
  std::vector<std::vector<v8::Eternal<v8::Name>>> keys_;  // by StructInfo::id
  KeyCache names_;
  OperationFunctions operations_;
  AbortSignals abort_signals_;
  EventFunctions events_;
  NativeFunctions natives_;
  Classes classes_;
  StreamScripts streams_;
  StructShapes shapes_;
  StructReaders readers_;
  NumberArrays number_arrays_;
  v8::TryCatch* job_catch_ = nullptr;
};

/// Makes the realm of a JS thread and ends it.
class RealmOwner {
 public:
  RealmOwner(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
             std::string base_dir, std::shared_ptr<void> allocator);
  ~RealmOwner();
  Realm* operator->() noexcept { return &realm_; }

 private:
  Realm realm_;
};

}  // namespace nodehost::detail
