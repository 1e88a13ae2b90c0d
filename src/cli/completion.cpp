#include "completion.hpp"

#include <vector>

namespace nodehost::cli {

namespace {

std::vector<const CLI::App*> VerbsOf(const CLI::App& app) { return app.get_subcommands(nullptr); }

// "-o --output"
std::vector<std::string> Flags(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_snames()) flags.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  return flags;
}

std::string Words(const CLI::App& verb) {
  std::string words;
  for (const CLI::Option* const option : verb.get_options()) {
    for (const std::string& flag : Flags(*option)) words += ' ' + flag;
  }
  return words.empty() ? words : words.substr(1);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string Names(const CLI::App& app) {
  std::string names;
  for (const CLI::App* const verb : VerbsOf(app)) names += ' ' + verb->get_name();
  return names.substr(1);
}

std::string Bash(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* const verb : VerbsOf(app)) {
    cases += "    " + verb->get_name() + ") words='" + Words(*verb) + "' ;;\n";
  }
  return "# bash completion of nodehost: source <(nodehost completion bash)\n"
         "_nodehost() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} words=\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  if [[ $COMP_CWORD == 1 ]]; then words='" +
         Names(app) +
         "'; fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\") $(compgen -f -- \"$current\"))\n"
         "}\n"
         "complete -o filenames -F _nodehost nodehost\n";
}

// One line of zsh's _arguments or _values: quotes and brackets are its own.
std::string ZshText(const std::string& text) {
  return Replaced(Replaced(Replaced(Replaced(text, "'", "’"), "[", "("), "]", ")"), ":", "\\:");
}

std::string Zsh(const CLI::App& app) {
  std::string verbs;
  std::string cases;
  for (const CLI::App* const verb : VerbsOf(app)) {
    verbs += "    '" + verb->get_name() + ':' + ZshText(verb->get_description()) + "'\n";
    cases += "      " + verb->get_name() + ") _arguments";
    for (const CLI::Option* const option : verb->get_options()) {
      for (const std::string& flag : Flags(*option)) {
        cases += " \\\n        '" + flag + '[' + ZshText(option->get_description()) + "]" +
                 (option->get_items_expected_min() > 0 ? ":value:_files'" : "'");
      }
    }
    cases += " \\\n        '*:file:_files' ;;\n";
  }
  return "#compdef nodehost\n"
         "_nodehost() {\n"
         "  local -a verbs=(\n" +
         verbs +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe verb verbs\n"
         "    _files\n"
         "  else\n"
         "    local verb=$words[2]\n"
         "    shift words\n"
         "    (( CURRENT-- ))\n"
         "    case $verb in\n" +
         cases +
         "      *) _files ;;\n"
         "    esac\n"
         "  fi\n"
         "}\n"
         "compdef _nodehost nodehost\n";
}

std::string ManText(const std::string& text) {
  std::string escaped = Replaced(Replaced(text, "\\", "\\e"), "-", "\\-");
  // A line that begins with a dot or a quote would be a request.
  return Replaced(Replaced(escaped, "\n.", "\n\\&."), "\n'", "\n\\&'");
}

std::string Man(const CLI::App& app) {
  std::string page =
      ".TH NODEHOST 1\n.SH NAME\nnodehost \\- " + ManText(app.get_description()) +
      "\n.SH SYNOPSIS\n.B nodehost\n.I VERB\n[options]\n.br\n.B nodehost\n[node options] [script] "
      "[arguments]\n.SH DESCRIPTION\n.nf\n" +
      ManText(app.get_footer()) + "\n.fi\n.SH VERBS\n";
  for (const CLI::App* const verb : VerbsOf(app)) {
    page += ".SS " + verb->get_name() + '\n' + ManText(verb->get_description()) + '\n';
    for (const CLI::Option* const option : verb->get_options()) {
      std::string name;
      for (const std::string& flag : Flags(*option)) name += (name.empty() ? "" : ", ") + flag;
      if (name.empty()) name = option->get_name();
      page += ".TP\n.B " + ManText(name) + '\n' + ManText(option->get_description()) + '\n';
    }
    page += ".PP\n.nf\n" + ManText(verb->get_footer()) + "\n.fi\n";
  }
  return page;
}

}  // namespace

std::string CompletionText(const CLI::App& app, const std::string& kind) {
  if (kind == "bash") return Bash(app);
  return kind == "zsh" ? Zsh(app) : Man(app);
}

}  // namespace nodehost::cli
