// What an environment is doing, in words, for those who wait for its end.
#pragma once

#include <v8.h>

#include <string>
#include <vector>

namespace nodehost::detail {

class JsThread;
class Realm;

/// What keeps the event loop going: "Timeout", "TCPServerWrap 127.0.0.1:8080". On the JS thread,
/// outside JavaScript. Empty if the environment cannot tell any more.
std::vector<std::string> AliveResources(Realm& realm) noexcept;

/// The function on top of the JavaScript stack: "work (/app/job.js:3:5)". On the JS thread; runs no
/// JavaScript, so an interrupt may call it.
std::string TopFrame(v8::Isolate* isolate);

/// The same for the whole stack, "    at work (/app/job.js:3:5)" a line.
std::string StackText(v8::Isolate* isolate);

/// Makes a termination that was asked for happen now, and not at V8's next check, which straight
/// code may not meet for a while. Inside a callback from JavaScript.
void ThrowTermination(v8::Isolate* isolate);

/// The same for whatever wants the attention of JavaScript on `thread`, which is the calling one:
/// an interrupt is served, and where JavaScript is over or was stopped, it ends here, also if V8
/// has forgotten about that. Inside a callback from JavaScript, at its return.
void ServeInterrupts(JsThread& thread, v8::Isolate* isolate);

}  // namespace nodehost::detail
