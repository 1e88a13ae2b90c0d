// Realm: one environment's V8 side - isolate, context, the bridge's functions, cached property keys
// and every reference C++ holds. Belongs to the JS thread; only releasing references may be done
// elsewhere.
#pragma once

#include <v8.h>

#include <exception>
#include <memory>
#include <string_view>

#include "abort_signals.hpp"
#include "borrow.hpp"
#include "bridge.hpp"
#include "event_functions.hpp"
#include "exported_classes.hpp"
#include "heap_layout.hpp"
#include "host_script.hpp"
#include "key_cache.hpp"
#include "native_function.hpp"
#include "nodehost/detail/type_info.hpp"
#include "number_arrays.hpp"
#include "operation_functions.hpp"
#include "promises.hpp"
#include "reference.hpp"
#include "stream_scripts.hpp"
#include "struct_caches.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

class Workers;

/// What a realm has in common with others.
struct RealmResources {
  std::shared_ptr<void> allocator;  ///< Makes ArrayBuffers. Null: those of V8's keep it themselves.
  std::shared_ptr<Workers> workers;  ///< Of the environment.
};

class Realm {
 public:
  Realm(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
        RealmResources resources);

  JsThread& thread() const noexcept { return thread_; }
  v8::Isolate* isolate() const noexcept { return isolate_; }
  const RealmResources& resources() const noexcept { return resources_; }
  v8::Local<v8::Context> context() const { return Borrowed(isolate_, context_); }
  References& references() noexcept { return *references_; }
  PromiseWaiters& waiters() noexcept { return waiters_; }

  /// The realm of the calling thread if it is `thread`; throws WrongThread or EnvironmentStopped.
  static Realm& Of(const JsThread& thread) {
    thread.CheckCurrent();
    Realm* const realm = thread.realm();
    if (!thread.access().MayEnter()) [[unlikely]]
      std::rethrow_exception(thread.StoppedError());
    return *realm;
  }

  /// The files of js/.
  HostScripts& host_scripts() noexcept { return host_scripts_; }

  /// The functions of js/bridge/bridge.js.
  BridgeFunctions& bridge() noexcept { return bridge_; }

  v8::Local<v8::String> String(std::string_view utf8);

  /// A property's name, from a cache.
  v8::Local<v8::Name> Key(std::string_view name) { return names_.Find(isolate_, name); }

  /// How to read what V8 keeps without calling V8.
  const HeapLayout& heap() const noexcept { return heap_; }

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

  /// What is kept of C++ structs, and of arrays of numbers.
  StructCaches& structs() noexcept { return structs_; }
  NumberArrays& number_arrays() noexcept { return number_arrays_; }

  /// The TryCatch that a job has open and that a Catch may borrow, or null. catch.hpp.
  v8::TryCatch*& job_catch() noexcept { return job_catch_; }

  /// Forgets everything of V8's; from here on the realm only takes references back.
  void Close();

 private:
  JsThread& thread_;
  v8::Isolate* const isolate_;
  v8::Global<v8::Context> context_;
  const RealmResources resources_;
  HostScripts host_scripts_;
  std::shared_ptr<References> references_;
  PromiseWaiters waiters_;
  BridgeFunctions bridge_{*this};
  KeyCache names_;
  OperationFunctions operations_;
  AbortSignals abort_signals_;
  EventFunctions events_;
  NativeFunctions natives_;
  Classes classes_{isolate_};
  StreamScripts streams_;
  StructCaches structs_;
  NumberArrays number_arrays_;
  HeapLayout heap_;
  v8::TryCatch* job_catch_ = nullptr;
};

/// Makes the realm of a JS thread and ends it.
class RealmOwner {
 public:
  RealmOwner(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
             RealmResources resources);
  ~RealmOwner();
  Realm* operator->() noexcept { return &realm_; }

 private:
  Realm realm_;
};

}  // namespace nodehost::detail
