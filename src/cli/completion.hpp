// nodehost completion: shells' completions and the man page, from the table of verbs and options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nodehost::cli {

/// For "bash", "zsh" or "man".
std::string CompletionText(const CLI::App& app, const std::string& kind);

}  // namespace nodehost::cli
