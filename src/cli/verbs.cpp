#include "verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "completion.hpp"
#include "nearest.hpp"
#include "node_command.hpp"
#include "version.hpp"

namespace nodehost::cli {

namespace {

constexpr int kWrongUsageCode = 2;

constexpr const char* kFooter = R"(
`nodehost VERB --help` tells about one. Any other command line is taken as node's own:
  nodehost script.js, nodehost -e CODE, nodehost --test, nodehost (the REPL), …
Child processes rely on it: they start process.execPath, which is this program. So --help and
--version are node's; and when the program is called "node", by a symbolic link, everything is.
Example:
  nodehost run --time-limit 10 script.js one two)";

std::vector<std::string> OptionNames(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(fmt::format("--{}", name));
  }
  return names;
}

// A script of that name would be there as it is, or with one of the suffixes that Node tries.
bool MayBeScript(const std::string& word) {
  namespace fs = std::filesystem;
  return std::ranges::any_of(std::vector<std::string>{"", ".js", ".json", ".node"},
                             [&](const std::string& suffix) {
                               std::error_code error;
                               return fs::exists(word + suffix, error);
                             });
}

bool IsWord(const std::string& text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); }) &&
         text.front() != '-';
}

}  // namespace

Verbs::Verbs() : app_("Node.js, hosted by libnodehost.", "nodehost") {
  app_.footer(kFooter);
  app_.require_subcommand(1);
  DescribeRun(*app_.add_subcommand("run", "Runs a script as node does, under limits"), run_);
  DescribeSnapshot(*app_.add_subcommand("snapshot", "Writes a start-up snapshot"), snapshot_);
  DescribeTypes(*app_.add_subcommand("types", "Writes the TypeScript declarations of a plug-in"),
                types_);
  DescribeWorker(*app_.add_subcommand(
                     "worker", "Calls a project's functions for a NodeServices in another process"),
                 worker_);
  DescribeInfo(*app_.add_subcommand("info", "Prints what runs here, and what is missing"), info_);
  CLI::App* const completion =
      app_.add_subcommand("completion", "Prints a shell's completion, or the man page");
  completion->add_option("kind", completion_, "bash, zsh or man")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "man"}));
  completion->footer("\nExample:\n  source <(nodehost completion bash)");
  app_.add_subcommand("version", "Prints the versions of nodehost and of Node.js")
      ->footer("\nExample:\n  nodehost version");
  app_.add_subcommand("help", "Tells about the command, or about a verb: help [VERB]")
      ->footer("\nExample:\n  nodehost help run");
  for (CLI::App* const verb : app_.get_subcommands({})) {
    verb->set_help_flag("--help", "Print this help message and exit");
  }
}

std::vector<std::string> Verbs::Names() const {
  std::vector<std::string> names;
  for (const CLI::App* const verb : app_.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

int Verbs::Run(std::vector<std::string> arguments) {
  const std::string first = arguments.size() > 1 ? arguments[1] : std::string();
  const std::vector<std::string> names = Names();
  // Only these words are ours. A script named "run" is started with `nodehost ./run`, and so on.
  if (std::ranges::find(names, first) == names.end()) {
    const std::string meant =
        IsWord(first) && !MayBeScript(first) ? Nearest(first, names) : std::string();
    if (meant.empty()) return RunNode(std::move(arguments));
    std::error_code error;
    std::fprintf(
        stderr,
        "nodehost: there is no verb \"%s\", and no script of that name in %s. Did you mean "
        "`nodehost %s`?\n",
        first.c_str(), std::filesystem::current_path(error).c_str(), meant.c_str());
    return 1;
  }
  if (first == "run") return RunScript(std::move(arguments));
  if (first == "help") return Help(arguments);
  return RunVerb(arguments);
}

int Verbs::Help(const std::vector<std::string>& arguments) {
  if (arguments.size() < 3) {
    std::fputs(app_.help().c_str(), stdout);
    return 0;
  }
  const std::vector<std::string> names = Names();
  const std::string asked = arguments[2] == "--help" ? "help" : arguments[2];
  if (std::ranges::find(names, asked) == names.end()) {
    const std::string meant = Nearest(asked, names);
    std::fprintf(stderr, "nodehost help: there is no verb \"%s\".%s\n", asked.c_str(),
                 meant.empty() ? "" : fmt::format(" Did you mean \"{}\"?", meant).c_str());
    return kWrongUsageCode;
  }
  std::fputs(app_.get_subcommand(asked)->help("nodehost").c_str(), stdout);
  return 0;
}

int Verbs::RunScript(std::vector<std::string> arguments) {
  CLI::App& verb = *app_.get_subcommand("run");
  const auto own = static_cast<std::ptrdiff_t>(CountOwn(verb, arguments, 2));
  try {
    // CLI11 wants them from behind.
    verb.parse(std::vector<std::string>(arguments.rend() - 2 - own, arguments.rend() - 2));
  } catch (const CLI::ParseError& error) {
    return Refuse(error, verb);
  }
  arguments.erase(arguments.begin() + 1, arguments.begin() + 2 + own);
  if (arguments.size() == 1) {
    std::fputs(verb.help("nodehost").c_str(), stderr);
    return kWrongUsageCode;
  }
  run_.arguments = std::move(arguments);
  return RunCommandLine(run_);
}

int Verbs::RunVerb(const std::vector<std::string>& arguments) {
  CLI::App& verb = *app_.get_subcommand(arguments[1]);
  try {
    verb.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - 2));
  } catch (const CLI::ParseError& error) {
    return Refuse(error, verb);
  }
  if (verb.get_name() == "snapshot") return RunSnapshot(snapshot_);
  if (verb.get_name() == "worker") {
    worker_.program = arguments.front();
    return RunServiceWorker(worker_);
  }
  if (verb.get_name() == "types") return RunTypes(types_);
  if (verb.get_name() == "info") return RunInfo(info_);
  const bool version = verb.get_name() == "version";
  std::puts((version ? VersionText() : CompletionText(app_, completion_)).c_str());
  return 0;
}

int Verbs::Refuse(const CLI::ParseError& error, const CLI::App& verb) {
  if (error.get_exit_code() == 0) {  // after --help
    std::fputs(verb.help("nodehost").c_str(), stdout);
    return 0;
  }
  std::fprintf(stderr, "nodehost %s: %s\n", verb.get_name().c_str(), error.what());
  for (const std::string& left : verb.remaining()) {
    const std::string meant = Nearest(left.substr(0, left.find('=')), OptionNames(verb));
    if (!meant.empty()) std::fprintf(stderr, "Did you mean %s?\n", meant.c_str());
  }
  std::fprintf(stderr, "`nodehost %s --help` tells what there is.\n", verb.get_name().c_str());
  return kWrongUsageCode;
}

}  // namespace nodehost::cli
