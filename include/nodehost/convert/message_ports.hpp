// MessagePort, from JavaScript only.
#pragma once

#include <memory>

#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/streams.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost {
template <class In, class Out>
class MessagePort;
}

namespace nodehost::detail {

struct MessagePortOps {
  const TypeInfo* messages;
  const TypeInfo* post;
  void* (*messages_of)(void* port);
  void* (*post_of)(void* port);
};

namespace conversions {
extern NODEHOST_API const Conversion kMessagePort;  // MessagePortOps
}  // namespace conversions

template <class In, class Out>
struct InfoOf<MessagePort<In, Out>> {
  using Port = MessagePort<In, Out>;
  static constexpr MessagePortOps kOps{
      &kTypeInfo<ReadStream<In>>, &kTypeInfo<Method<void(Out, bool)>>,
      [](void* port) -> void* { return std::addressof(static_cast<Port*>(port)->messages); },
      [](void* port) -> void* { return std::addressof(static_cast<Port*>(port)->post()); }};
  static constexpr TypeInfo Make() { return MakeInfo<Port>(conversions::kMessagePort, &kOps); }
};

}  // namespace nodehost::detail
