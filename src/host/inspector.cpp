#include "nodehost/inspector.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>

#include "driver.hpp"
#include "engine/catch.hpp"
#include "engine/js_errors.hpp"
#include "engine/realm.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/value.hpp"
#include "process/resources.hpp"

namespace nodehost {

namespace {

// The functions of js/first_use/inspector.js.
Value Inspect(Js& js) {
  detail::Realm& realm = detail::Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  const detail::Catch caught(realm);
  v8::Local<v8::Value> functions;
  if (!realm.host_scripts().RunOnce("first_use/inspector.js").ToLocal(&functions)) {
    detail::ThrowCaught(realm, caught);
  }
  return Value(realm.references().Make(realm.isolate(), functions));
}

host::Instance& InstanceOf(Js& js) { return host::Driver::Of(js.thread()).instance(); }

// JavaScript's working directory is the process's, which may have changed by the time it writes.
std::string Absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

}  // namespace

std::string OpenInspector(AnyEnvironment& environment, const InspectorOptions& options) {
  if (options.port < 0 || options.port > 65535) {
    throw HostError(fmt::format(
        "InspectorOptions::port is {}; it must be 1 to 65535, or 0 for a free one.", options.port));
  }
  constexpr int kDescriptors = 16;
  host::RequireDescriptors(kDescriptors, "The inspector");
  const auto url = environment.Run([&](Js& js) {
    auto opened =
        Inspect(js).Call("open", options.port, options.host).As<std::optional<std::string>>();
    if (opened) InstanceOf(js).debugger().OnOpen(*opened);
    return opened;
  });
  if (!url) {
    throw HostError(
        fmt::format("The inspector cannot listen on {}:{}. Is the port in use? 0 takes a free one; "
                    "the URL tells which.",
                    options.host, options.port));
  }
  return *url;
}

bool WaitForDebugger(AnyEnvironment& environment,
                     std::optional<std::chrono::milliseconds> timeout) {
  return environment.Run([&](Js& js) {
    const Value inspect = Inspect(js);
    const auto url = inspect.Call("url").As<std::optional<std::string>>();
    if (!url) {
      throw HostError(
          "WaitForDebugger: the inspector is not open, so no debugger can come. Open it with "
          "OpenInspector.");
    }
    InstanceOf(js).debugger().OnOpen(*url);
    return InstanceOf(js).debugger().WaitForDebugger([&] { inspect.Call("wait"); }, timeout);
  });
}

void CloseInspector(AnyEnvironment& environment) {
  environment.Run([](Js& js) { Inspect(js).Call("close"); });
}

void WriteHeapSnapshot(AnyEnvironment& environment, const std::string& path) {
  environment.Run([file = Absolute(path)](Js& js) { Inspect(js).Call("writeHeapSnapshot", file); });
}

void StartCpuProfile(AnyEnvironment& environment, std::chrono::microseconds interval) {
  if (interval.count() < 1 || interval > std::chrono::minutes(1)) {
    throw HostError(fmt::format(
        "StartCpuProfile: the interval is {} microseconds; it must be 1 microsecond to 1 minute.",
        interval.count()));
  }
  environment.Run(
      [&](Js& js) { Inspect(js).Call("startCpuProfile", static_cast<int>(interval.count())); });
}

void StopCpuProfile(AnyEnvironment& environment, const std::string& path) {
  environment.Run([file = Absolute(path)](Js& js) { Inspect(js).Call("stopCpuProfile", file); });
}

}  // namespace nodehost
