// Inspector: seeing inside an environment while it runs - a debugger, CPU profiles, heap snapshots.
// The functions take an Environment or a PumpedEnvironment; all may be called on any thread and run
// on its JS thread.
#pragma once

#include <optional>
#include <string>

#include "nodehost/any_environment.hpp"
#include "nodehost/detail/chrono.hpp"
#include "nodehost/detail/export.hpp"

namespace nodehost {

struct InspectorOptions {
  /// The address to listen on. Whoever can connect to it can run any code in this process: leave it
  /// at the machine's own address.
  std::string host = "127.0.0.1";

  /// The port; 0 takes a free one.
  int port = 0;
};

/// Makes an environment debuggable, by Chrome DevTools (`chrome://inspect`), VS Code and others,
/// and returns the WebSocket URL they connect to: "ws://127.0.0.1:41719/cc6e08a6-...". Each
/// environment has an inspector of its own, so several can be open at once, each with its port.
/// Breakpoints bind in code of `Js::Eval` (by its `filename`) and in imported modules (by their
/// `file:` URL).
///
/// Node says on the process's stderr that it listens and that a debugger has come, unless
/// `PlatformOptions::node_options` has "--inspect-publish-uid=http".
///
/// While a debugger has the environment paused, its JS thread waits for the debugger, and so do all
/// jobs; of a `PumpedEnvironment`, the thread that polls. `Stop` ends that after its timeout: it
/// connects to the inspector too, and has JavaScript go on into its end. The timeout of a running
/// job (`RunOptions`) is not met before the debugger goes on. Debuggers are disconnected when the
/// environment ends; one that does not answer any more - its machine sleeps - then leaves `Stop`
/// with `ended` false. All that holds for an inspector that JavaScript has opened by itself, too.
/// A Worker cannot debug its main thread (`Session.connectToMainThread`).
///
/// Throws `HostError` if the port cannot be had, and `JsError` with the code
/// ERR_INSPECTOR_ALREADY_ACTIVATED if it is open, or if `Rights` have taken debugging away.
NODEHOST_API std::string OpenInspector(AnyEnvironment& environment,
                                       const InspectorOptions& options = {});

/// Has JavaScript wait until a debugger has connected and says go on, as DevTools and VS Code do
/// when they have set their breakpoints (`Runtime.runIfWaitingForDebugger`), and returns true;
/// false when none has within `timeout`, if that is given. `OpenInspector` comes first, and tells
/// where to connect. Jobs and the caller wait meanwhile. `Stop` and a job's timeout end that.
///
/// Throws `HostError` if the inspector is not open, and `EnvironmentStopped` if the environment
/// was stopped first.
NODEHOST_API bool WaitForDebugger(AnyEnvironment& environment,
                                  std::optional<std::chrono::milliseconds> timeout = {});

/// Disconnects debuggers and closes the port; nothing if it is not open. It can be opened again.
NODEHOST_API void CloseInspector(AnyEnvironment& environment);

/// Writes all that the JS heap holds to the file `path`, for the Memory panel of DevTools. The JS
/// thread stands still meanwhile, for seconds if the heap is large, and about as much memory again
/// is needed. Throws `JsError` if the file cannot be written.
NODEHOST_API void WriteHeapSnapshot(AnyEnvironment& environment, const std::string& path);

/// Starts to record which functions the JS thread runs, a sample every `interval`. Throws `JsError`
/// if a profile is being taken already.
NODEHOST_API void StartCpuProfile(AnyEnvironment& environment,
                                  std::chrono::microseconds interval = std::chrono::milliseconds{
                                      1});

/// Ends that and writes the file `path`, for the Performance panel of DevTools and for VS Code:
/// name it `*.cpuprofile`. Throws `JsError` if none was started or the file cannot be written.
NODEHOST_API void StopCpuProfile(AnyEnvironment& environment, const std::string& path);

}  // namespace nodehost
