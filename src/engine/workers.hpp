// Workers: what the Workers of one environment, and theirs in turn, share with it: the modules of
// C++'s that they are offered, and the JS threads of those that have any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "nodehost/module.hpp"
#include "thread/life.hpp"

namespace nodehost::detail {

class JsThread;
class Realm;

/// JavaScript in `realm` finds `module` from now on. Throws JsError.
void AddModule(Realm& realm, const Module& module);

class Workers {
 public:
  using Modules = std::vector<Module>;

  /// Workers that start from now on find `module`, in place of one of its name. On the JS thread of
  /// `realm`, which may be a Worker's.
  void Offer(Realm& realm, const Module& module);

  /// What a Worker finds that starts now; null for nothing. Any thread.
  std::shared_ptr<const Modules> offered() const;

  /// Has JavaScript in `realm` tell of the Workers that it starts and terminates and, in a Worker,
  /// of process.exit there. Throws JsError.
  void Watch(Realm& realm);

  /// JavaScript of the Worker `parent`, or of the environment, is about to start the Worker `id`.
  void Started(int parent, int id);

  /// `thread` runs the Worker `id`. Throws EnvironmentStopped if that is to end.
  void Enter(int id, const std::shared_ptr<JsThread>& thread);

  /// It has ended so.
  void Leave(int id, const End& end);

  /// Why the host ended the Worker `id`, in a sentence, once it has left; else "". Asked once.
  std::string TakeFailure(int id);

  /// The Worker `id` is terminated, or those that it has started are, or all. Nothing enters their
  /// JavaScript any more, C++ that waits for it is told, and V8 ends it at the next return from
  /// C++. Those that they have started follow when their JavaScript ends. Any thread.
  void End(int id);
  void EndOwn(int parent);
  void EndAll();

  /// After EndAll: forgets the modules. What they hold may hold callbacks, which hold a thread,
  /// which holds this.
  void Clear();

 private:
  struct Entry {
    std::optional<int> parent;         // none: not known
    std::shared_ptr<JsThread> thread;  // from Enter on
  };

  std::vector<std::shared_ptr<JsThread>> ThreadsOf(std::optional<int> parent) const;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const Modules> offered_;
  std::map<int, Entry> workers_;
  std::map<int, std::string> failures_;
  bool ended_ = false;
};

}  // namespace nodehost::detail
