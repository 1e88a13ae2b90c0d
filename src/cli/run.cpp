#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <thread>
#include <utility>

#include "bad_option.hpp"
#include "node_command.hpp"
#include "nodehost/nodehost.hpp"
#include "plugin.hpp"
#include "rights_file.hpp"

namespace nodehost::cli {

namespace {

constexpr int kTimeLimitCode = 124;    // as timeout(1) has it
constexpr double kLongestLimit = 1e9;  // seconds; the clock counts nanoseconds in 63 bits

// Stops the environment when its time is over.
class TimeLimit {
 public:
  TimeLimit(Environment& node, std::optional<double> seconds) {
    if (!seconds) return;
    thread_ = std::thread([this, &node, seconds = *seconds] {
      const auto done = done_.get_future();
      const std::chrono::duration<double> timeout(std::min(kLongestLimit, seconds));
      if (done.wait_for(timeout) == std::future_status::ready) {
        return;
      }
      passed_ = true;
      node.Stop(std::chrono::milliseconds(0));
    });
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  ~TimeLimit() { End(); }

  /// Whether it has passed.
  bool End() {
    if (!thread_.joinable()) return passed_;
    done_.set_value();
    thread_.join();
    return passed_;
  }

 private:
  std::promise<void> done_;
  bool passed_ = false;  // read after the thread has ended
  std::thread thread_;
};

EnvironmentOptions OptionsFor(const RunCommand& command) {
  EnvironmentOptions options{.run_command_line = true};
  if (!command.rights_file.empty()) options.rights = ReadRights(command.rights_file);
  for (const std::string& file : command.modules) {
    for (Module& module : LoadPlugin(file)) options.modules.push_back(std::move(module));
  }
  options.max_heap_mb = command.memory_limit;
  options.max_external_mb = command.memory_limit;
  return options;
}

int Run(RunCommand command) {
  EnvironmentOptions options = OptionsFor(command);
  NodejsPlatform platform({.args = std::move(command.arguments),
                           .allow_node_options_variable = true,
                           .own_process = true});
  Environment node = platform.CreateEnvironment(std::move(options));
  TimeLimit limit(node, command.time_limit);
  const int code = node.WaitForExit();
  if (!limit.End()) return code;
  std::fprintf(stderr, "nodehost run: the script was stopped after %g s, by --time-limit.\n",
               *command.time_limit);
  return kTimeLimitCode;
}

}  // namespace

void DescribeRun(CLI::App& verb, RunCommand& command) {
  verb.set_help_flag("--help", "Print this help message and exit");
  verb.add_option("--module", command.modules, "A plug-in with modules of C++'s; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--rights", command.rights_file,
                  "What the script may do: a TOML file with fields of nodehost::Rights");
  verb.add_option("--time-limit", command.time_limit,
                  "Seconds after which it is stopped, with exit code 124")
      ->check(CLI::PositiveNumber);
  verb.add_option("--memory-limit", command.memory_limit,
                  "MiB that its heap, and its buffers, may take; beyond it, exit code 134")
      ->check(CLI::PositiveNumber);
  verb.footer(
      "\nnodehost run [OPTIONS] [node options] script.{js,cjs,mjs} [arguments]\n"
      "Its own options come first; then all is as for node.\n"
      "A file of rights:\n"
      "  network = false\n"
      "  native_addons = false\n"
      "  child_processes = false\n"
      "  read_files = [\"/srv/app\"]\n"
      "Example:\n"
      "  nodehost run --rights app.toml --time-limit 10 --no-warnings app.js one two");
}

std::size_t CountOwn(const CLI::App& verb, const std::vector<std::string>& arguments,
                     std::size_t first) {
  std::size_t end = first;
  while (end < arguments.size()) {
    const std::string& argument = arguments[end];
    const std::size_t equals = argument.find('=');
    const CLI::Option* const option =
        argument.starts_with("--") ? verb.get_option_no_throw(argument.substr(0, equals)) : nullptr;
    if (!option) break;
    end += equals == std::string::npos && option->get_items_expected_min() > 0 ? 2 : 1;
  }
  return std::min(end, arguments.size()) - first;
}

int RunCommandLine(RunCommand command) {
  const std::string program = command.arguments.front();
  try {
    return Run(std::move(command));
  } catch (const PlatformError& error) {
    // Node has said nothing yet about an option it refuses; after --help it has said everything.
    const std::string_view text = error.what();
    if (!text.empty()) std::fprintf(stderr, "%s: %s\n", program.c_str(), error.what());
    const std::string meant = IsCalledNode(program) ? std::string() : NearestNodeOption(text);
    if (!meant.empty()) std::fprintf(stderr, "Did you mean %s?\n", meant.c_str());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
