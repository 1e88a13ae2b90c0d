// Verbs: what the nodehost command has of its own. The one table of its verbs and options, from
// which its help, its completions and its man page are made.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "info.hpp"
#include "plugin.hpp"
#include "run.hpp"
#include "snapshot_command.hpp"
#include "worker_command.hpp"

namespace nodehost::cli {

class Verbs {
 public:
  Verbs();
  Verbs(const Verbs&) = delete;
  Verbs& operator=(const Verbs&) = delete;

  /// Does what `arguments` - argv - say, and returns the exit code.
  int Run(std::vector<std::string> arguments);

 private:
  /// Runs a script.
  int RunScript(std::vector<std::string> arguments);
  /// Parses the options of one of the other verbs, and runs it.
  int RunVerb(const std::vector<std::string>& arguments);
  /// Tells about an error in the options of a verb; returns the exit code.
  int Refuse(const CLI::ParseError& error, const CLI::App& verb);
  int Help(const std::vector<std::string>& arguments);
  std::vector<std::string> Names() const;

  CLI::App app_;
  RunCommand run_;
  InfoCommand info_;
  std::string completion_ = {};  // for which shell
  SnapshotCommand snapshot_;
  TypesCommand types_;
  WorkerArguments worker_;
};

}  // namespace nodehost::cli
