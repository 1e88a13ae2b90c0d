// Workers: what the Workers of one environment, and theirs in turn, share with it: the modules of
// C++'s that they are offered, and the JS threads of those that have any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "nodehost/module.hpp"

namespace nodehost::detail {

class JsThread;
class Realm;

/// JavaScript in `realm` finds `module` from now on. Throws JsError.
void AddModule(Realm& realm, const Module& module);

class Workers : public std::enable_shared_from_this<Workers> {
 public:
  /// Workers that start from now on find `module`. On the JS thread of `realm`, which may be a
  /// Worker's.
  void Offer(Realm& realm, const Module& module);

  /// What a Worker finds that starts now. Any thread.
  std::vector<Module> offered() const;

  /// Has JavaScript in `realm` tell when it terminates a Worker. Throws JsError.
  void Watch(Realm& realm);

  /// `thread` runs the Worker `id`. Throws EnvironmentStopped if all are to end.
  void Enter(int id, const std::shared_ptr<JsThread>& thread);
  void Leave(int id);

  /// The Worker `id` is terminated, or all are. Nothing enters their JavaScript any more, C++ that
  /// waits for it is told, and V8 ends it at the next return from C++. Any thread.
  void End(int id);
  void EndAll();

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Module> offered_;
  std::map<int, std::shared_ptr<JsThread>> threads_;
  bool ended_ = false;
};

}  // namespace nodehost::detail
