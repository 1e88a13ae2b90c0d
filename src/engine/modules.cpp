// Modules of C++'s: the struct becomes an object when JavaScript first imports it
// (js/bridge/modules.js).
#include <memory>
#include <utility>

#include "encode_decode.hpp"
#include "js_errors.hpp"
#include "native_call.hpp"
#include "nodehost/js.hpp"
#include "nodehost/module.hpp"
#include "realm.hpp"
#include "workers.hpp"

namespace nodehost {

namespace {

class ModuleMaker final : public detail::NativeFunction {
 public:
  explicit ModuleMaker(Module module) : module_(std::move(module)) {}

  void Serve(detail::NativeCall& call) override {
    const std::shared_ptr<const void> made = module_.make()(call.realm().thread().js());
    call.Return(module_.type(), made.get());
  }

 private:
  const Module module_;
};

}  // namespace

void detail::AddModule(Realm& realm, const Module& module) {
  const v8::HandleScope scope(realm.isolate());
  v8::Local<v8::Value> arguments[] = {
      realm.String(module.name()),
      realm.natives().FunctionOf(realm, std::make_shared<ModuleMaker>(module),
                                 {.name = module.name()})};
  CallBridge(realm, Bridge::kAddModule, arguments);
}

void Js::AddModule(const Module& module) {
  detail::Realm& realm = detail::Realm::Of(thread_);
  detail::AddModule(realm, module);
  if (module.in_workers()) realm.resources().workers->Offer(realm, module);
}

}  // namespace nodehost
