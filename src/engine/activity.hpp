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

/// Whether one of the `count` functions on top of the JavaScript stack is in the file `script`. On
/// the JS thread; runs no JavaScript.
bool HasFrameOf(v8::Isolate* isolate, std::string_view script, int count);

/// The whole JavaScript stack as text, a line "    at work (/app/job.js:3:5)" for each frame.
std::string StackText(v8::Isolate* isolate);

/// Makes a termination that was asked for happen now, and not at V8's next check, which code
/// without loops and calls reaches late. Inside a callback from JavaScript.
void ThrowTermination(v8::Isolate* isolate);

/// Serves an interrupt that waits for JavaScript on `thread`, the calling one, and terminates
/// JavaScript that is over or was stopped, also if V8 has dropped the termination. Inside a
/// callback from JavaScript, at its return.
void ServeInterrupts(JsThread& thread, v8::Isolate* isolate);

}  // namespace nodehost::detail
