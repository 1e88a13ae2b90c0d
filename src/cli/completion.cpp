#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join from fmt 11 on

#include <iterator>
#include <vector>

namespace nodehost::cli {

namespace {

std::vector<const CLI::App*> VerbsOf(const CLI::App& app) { return app.get_subcommands(nullptr); }

// "-o --output"
std::vector<std::string> Flags(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_snames()) flags.push_back(fmt::format("-{}", name));
  for (const std::string& name : option.get_lnames()) flags.push_back(fmt::format("--{}", name));
  return flags;
}

std::string Words(const CLI::App& verb) {
  std::vector<std::string> words;
  for (const CLI::Option* const option : verb.get_options()) {
    for (std::string& flag : Flags(*option)) words.push_back(std::move(flag));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string Names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* const verb : VerbsOf(app)) names.push_back(verb->get_name());
  return fmt::format("{}", fmt::join(names, " "));
}

constexpr const char* kBash = R"(# bash completion of nodehost: source <(nodehost completion bash)
_nodehost() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words=
  case ${{COMP_WORDS[1]}} in
{cases}  esac
  if [[ $COMP_CWORD == 1 ]]; then words='{verbs}'; fi
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}}
complete -o filenames -F _nodehost nodehost
)";

std::string Bash(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* const verb : VerbsOf(app)) {
    fmt::format_to(std::back_inserter(cases), "    {}) words='{}' ;;\n", verb->get_name(),
                   Words(*verb));
  }
  return fmt::format(kBash, fmt::arg("cases", cases), fmt::arg("verbs", Names(app)));
}

// One line of zsh's _arguments or _values: quotes and brackets are its own.
std::string ZshText(const std::string& text) {
  return Replaced(Replaced(Replaced(Replaced(text, "'", "’"), "[", "("), "]", ")"), ":", "\\:");
}

// A file of $fpath is the body of the function, and is run by the first completion; `source` only
// defines it.
constexpr const char* kZsh = R"(#compdef nodehost
_nodehost() {{
  local -a verbs=(
{verbs}  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    _files
  else
    local verb=$words[2]
    shift words
    (( CURRENT-- ))
    case $verb in
{cases}      *) _files ;;
    esac
  fi
}}
if [[ $funcstack[1] == _nodehost ]]; then
  _nodehost "$@"
else
  compdef _nodehost nodehost
fi
)";

// What completes the options of `verb`: a case of a zsh script.
std::string ZshCase(const CLI::App& verb) {
  std::string text = fmt::format("      {}) _arguments", verb.get_name());
  for (const CLI::Option* const option : verb.get_options()) {
    for (const std::string& flag : Flags(*option)) {
      fmt::format_to(std::back_inserter(text), " \\\n        '{}[{}]{}'", flag,
                     ZshText(option->get_description()),
                     option->get_items_expected_min() > 0 ? ":value:_files" : "");
    }
  }
  return text + " \\\n        '*:file:_files' ;;\n";
}

std::string Zsh(const CLI::App& app) {
  std::string verbs;
  std::string cases;
  for (const CLI::App* const verb : VerbsOf(app)) {
    fmt::format_to(std::back_inserter(verbs), "    '{}:{}'\n", verb->get_name(),
                   ZshText(verb->get_description()));
    cases += ZshCase(*verb);
  }
  return fmt::format(kZsh, fmt::arg("verbs", verbs), fmt::arg("cases", cases));
}

std::string ManText(const std::string& text) {
  std::string escaped = Replaced(Replaced(text, "\\", "\\e"), "-", "\\-");
  // A line that begins with a dot or a quote would be a request.
  return Replaced(Replaced(escaped, "\n.", "\n\\&."), "\n'", "\n\\&'");
}

constexpr const char* kMan = R"(.TH NODEHOST 1
.SH NAME
nodehost \- {summary}
.SH SYNOPSIS
.B nodehost
.I VERB
[options]
.br
.B nodehost
[node options] [script] [arguments]
.SH DESCRIPTION
.nf
{about}
.fi
.SH VERBS
{verbs})";

std::string ManVerb(const CLI::App& verb) {
  std::string text = fmt::format(".SS {}\n{}\n", verb.get_name(), ManText(verb.get_description()));
  for (const CLI::Option* const option : verb.get_options()) {
    std::string name = fmt::format("{}", fmt::join(Flags(*option), ", "));
    if (name.empty()) name = option->get_name();
    fmt::format_to(std::back_inserter(text), ".TP\n.B {}\n{}\n", ManText(name),
                   ManText(option->get_description()));
  }
  return text + fmt::format(".PP\n.nf\n{}\n.fi\n", ManText(verb.get_footer()));
}

std::string Man(const CLI::App& app) {
  std::string verbs;
  for (const CLI::App* const verb : VerbsOf(app)) verbs += ManVerb(*verb);
  return fmt::format(kMan, fmt::arg("summary", ManText(app.get_description())),
                     fmt::arg("about", ManText(app.get_footer())), fmt::arg("verbs", verbs));
}

}  // namespace

std::string CompletionText(const CLI::App& app, const std::string& kind) {
  if (kind == "bash") return Bash(app);
  return kind == "zsh" ? Zsh(app) : Man(app);
}

}  // namespace nodehost::cli
