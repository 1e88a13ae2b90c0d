#include "error_originals.hpp"

#if !defined(_MSC_VER)
#include <cxxabi.h>
#endif

#include <typeinfo>
#include <utility>

#include "nodehost/detail/ref.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

// As the deleter of the data it belongs to that data and to no copy: a program that copies the data
// to change it gets an error without an original.
class KeepsOriginal {
 public:
  explicit KeepsOriginal(Ref original) noexcept : original_(std::move(original)) {}

  // A weak_ptr may keep the deleter for longer than the data.
  void operator()(const JsErrorData* data) noexcept {
    original_ = Ref();
    delete data;
  }

  const Ref& original() const noexcept { return original_; }

 private:
  Ref original_;
};

}  // namespace

std::shared_ptr<JsErrorData> NewErrorData(Realm& realm, v8::Local<v8::Value> thrown) {
  auto data = std::make_unique<JsErrorData>();
  KeepsOriginal keeper(realm.references().Make(realm.isolate(), thrown));
  return {data.release(), std::move(keeper)};
}

v8::MaybeLocal<v8::Value> OriginalOf(Realm& realm, const std::shared_ptr<const JsErrorData>& data) {
  const KeepsOriginal* const keeper = std::get_deleter<KeepsOriginal>(data);
  if (!keeper) return {};
  const Reference& reference = *keeper->original().get();
  if (reference.thread != &realm.thread()) return {};
  return reference.Get(realm.isolate());
}

// Not by the typeid of the object: its vtable may be that of a program compiled without RTTI, which
// has none.
bool IsJsErrorItself() noexcept {
#if defined(_MSC_VER)
  try {
    throw;
  } catch (const JsError& error) {
    return typeid(error) == typeid(JsError);
  } catch (...) {
    return false;
  }
#else
  const std::type_info* const thrown = abi::__cxa_current_exception_type();
  return thrown && *thrown == typeid(JsError);
#endif
}

}  // namespace nodehost::detail
