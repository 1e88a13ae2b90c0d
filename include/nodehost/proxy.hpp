// Proxy: a JavaScript Proxy inside Run. To code that does not ask, it looks like its target.
#pragma once

#include "nodehost/object.hpp"

namespace nodehost {

/// A proxy. Every operation on it may run the handler's traps, and throws what they throw.
class Proxy : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kProxy;

  /// `new Proxy(target, handler)`
  static Proxy New(const Object& target, const Object& handler) {
    return detail::Do<Proxy>(Op::kNewProxy, target.ref(), handler);
  }

  /// null once it is revoked.
  Value target() const { return Value(detail::ProxyPart(ref(), /*handler=*/false)); }
  Value handler() const { return Value(detail::ProxyPart(ref(), /*handler=*/true)); }

  bool IsRevoked() const { return handler().IsNull(); }
  /// From now on every operation on it is a TypeError.
  void Revoke() const { detail::RevokeProxy(ref()); }
};

}  // namespace nodehost
