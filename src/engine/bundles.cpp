#include "bundles.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

#include "js_errors.hpp"
#include "nodehost/detail/bundle.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

struct Bundles {
  std::mutex mutex;
  std::vector<const Bundle*> all;
};

// Never destroyed: bundles are constants of the program, and go in no known order.
Bundles& TheBundles() {
  static auto* const bundles = new Bundles;
  return *bundles;
}

}  // namespace

Bundle::Bundle(std::string_view name, std::string_view text) : name_(name), text_(text) {
  Bundles& bundles = TheBundles();
  const std::lock_guard lock(bundles.mutex);
  bundles.all.push_back(this);
}

Bundle::~Bundle() {
  Bundles& bundles = TheBundles();
  const std::lock_guard lock(bundles.mutex);
  std::erase(bundles.all, this);
}

void AddBundles(Realm& realm) {
  Bundles& bundles = TheBundles();
  const std::lock_guard lock(bundles.mutex);
  for (const Bundle* bundle : bundles.all) {
    const v8::HandleScope scope(realm.isolate());
    v8::Local<v8::Value> arguments[] = {realm.String(bundle->name()), realm.String(bundle->text())};
    CallBridge(realm, Bridge::kAddText, arguments);
  }
}

}  // namespace nodehost::detail
