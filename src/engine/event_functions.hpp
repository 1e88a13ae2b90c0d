// EventFunctions: what one environment needs to listen and to emit.
#pragma once

#include <cstdint>
#include <iterator>

#include "host_functions.hpp"

namespace nodehost::detail {

/// The functions of js/first_use/events.js.
class EventFunctions {
 public:
  enum Function : std::uint8_t { kSubscribe, kOnce, kEmit, kIsSource, kNewEmitter };

  v8::Local<v8::Value> Call(Realm& realm, Function function,
                            std::initializer_list<v8::Local<v8::Value>> arguments) {
    return functions_.Call(realm, function, arguments);
  }

  /// Before the isolate goes.
  void Clear() noexcept { functions_.Clear(); }

 private:
  static constexpr const char* kNames[] = {"subscribe", "once", "emit", "isSource", "newEmitter"};
  HostFunctions<std::size(kNames)> functions_{"first_use/events.js", kNames};
};

}  // namespace nodehost::detail
