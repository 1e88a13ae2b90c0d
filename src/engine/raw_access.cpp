#include "nodehost/detail/raw_access.hpp"

#include <v8.h>

#include "catch.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "nodehost/js.hpp"
#include "realm.hpp"

namespace nodehost::detail {

class RawAccess::Impl {
 public:
  explicit Impl(Realm& realm) : realm_(realm), uncaught_(realm) {}

  Realm& realm() const noexcept { return realm_; }

 private:
  Realm& realm_;
  const JobCatch::Loop uncaught_;
};

RawAccess::RawAccess(Js& js) : impl_(std::make_unique<Impl>(Realm::Of(js.thread()))) {}

RawAccess::~RawAccess() = default;

void* RawAccess::isolate() const noexcept { return impl_->realm().isolate(); }

void RawAccess::GetContext(void* local) const {
  Realm& realm = impl_->realm();
  *static_cast<v8::Local<v8::Context>*>(local) =
      v8::Local<v8::Context>::New(realm.isolate(), realm.context());
}

void RawAccess::GetLocal(const Ref& ref, void* local) const {
  Realm& realm = impl_->realm();
  *static_cast<v8::Local<v8::Value>*>(local) =
      v8::Local<v8::Value>::New(realm.isolate(), Entry::LocalOf(realm, ref));
}

Ref RawAccess::Make(const void* local) const {
  Realm& realm = impl_->realm();
  return realm.references().Make(realm.isolate(), *static_cast<const v8::Local<v8::Value>*>(local));
}

void RawAccess::Throw(const void* caught) const {
  ThrowCaught(impl_->realm(), *static_cast<const v8::TryCatch*>(caught));
}

}  // namespace nodehost::detail
