// Tries JavaScript that may fail, and awaits what it does.
#pragma once

#include <unistd.h>

#include <string>

#include "support/host.hpp"

namespace test {

/// Runs the body of an async function to its end: what it returns, or the code of what it throws.
inline std::string Try(nh::Environment& node, const std::string& code) {
  node.Run([&](nh::Js& js) {
    js.Eval("globalThis.outcome = undefined; (async () => {" + code +
            "})().then((v) => { globalThis.outcome = String(v); },"
            "(e) => { globalThis.outcome = String(e.code ?? e.message); })");
  });
  while (node.Run([](nh::Js& js) { return js.Eval("outcome === undefined").As<bool>(); })) {
    usleep(1000);
  }
  return node.Run([](nh::Js& js) { return js.Eval("outcome").As<std::string>(); });
}

/// Code for `Try` that runs other code in a Worker: what that posts, or the code of its error, or
/// "ended".
inline std::string InWorker(const std::string& code, const std::string& options = "") {
  return "const { Worker } = require('worker_threads'); return await new Promise((done) =>"
         " new Worker(`" +
         code + "`, { eval: true, stderr: true, " + options +
         " }).on('message', done).on('error', (e) => done(e.code ?? e.message))"
         ".on('exit', () => done('ended')));";
}

}  // namespace test
