// JavaScript engines that a program would embed in the place of libnodehost. They have no modules
// and none of Node's API, so that an npm package runs in them if it is one script that needs
// neither.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace bench {

/// An engine with a package loaded, and one of the jobs of jobs.cjs. Of the thread that made it.
class Engine {
 public:
  Engine() = default;
  virtual ~Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Throws std::runtime_error with the stack of what JavaScript throws, as the functions below do.
  virtual std::string Call(const std::string& text) = 0;
};

/// Runs before.js and the file `package`, and takes the job by its name.
std::unique_ptr<Engine> NewDuktape(const std::string& package, const std::string& job);
std::unique_ptr<Engine> NewQuickJs(const std::string& package, const std::string& job);

struct EngineKind {
  const char* name;
  std::unique_ptr<Engine> (*make)(const std::string& package, const std::string& job);
  /// The files of the packages that run in it, and the jobs.cjs or es5.cjs that has the same.
  std::string marked;
  std::string typescript;
  const char* same_in_node;
};

/// Those that were there to build the bench with.
std::vector<EngineKind> Engines();

/// The npm packages that are ES5; empty where there are none.
std::string Es5Packages();

/// The text of a file.
std::string TextOf(const std::string& path);

}  // namespace bench
