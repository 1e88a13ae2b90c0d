#include "realm.hpp"

#include <utility>

#include "handle_scope.hpp"
#include "nodehost/errors.hpp"
#include "task_promises.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

RealmOwner::RealmOwner(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
                       RealmResources resources)
    : realm_(thread, isolate, context, std::move(resources)) {
  if (!HandleScope::IsLayoutKnown(isolate)) {
    throw HostError("This libnode is built another way than its headers say.");
  }
  thread.access().SetRealm(&realm_);
}

RealmOwner::~RealmOwner() {
  realm_.thread().access().SetRealm(nullptr);
  realm_.Close();
}

Realm::Realm(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
             RealmResources resources)
    : thread_(thread),
      isolate_(isolate),
      context_(isolate, context),
      resources_(std::move(resources)),
      host_scripts_(context),
      references_(std::make_shared<References>(thread.shared_from_this())) {
  heap_.Probe(isolate, context);
  field_layout.store(HeapLayout::LayoutOfFields(), std::memory_order_release);
  InstallTaskHooks();
}

v8::Local<v8::String> Realm::String(std::string_view utf8) { return ToV8String(isolate_, utf8); }

void Realm::Close() {
  waiters_.Cancel(thread_.StoppedError());
  natives_.Clear();
  abort_signals_.Clear();
  events_.Clear();
  classes_.Clear();
  references_->Close();
  bridge_.Clear();
  host_scripts_.Clear();
  names_.Clear();
  operations_.Clear();
  streams_.Clear();
  structs_.Clear();
  number_arrays_.Clear();
  context_.Reset();
}

}  // namespace nodehost::detail
