#include "bad_option.hpp"

#include <fmt/format.h>
#include <uv.h>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <vector>

#include "nearest.hpp"

namespace nodehost::cli {

namespace {

// In single quotes, as a shell wants it.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

// libnode tells its options only in the text that completes them in a shell, and no longer in a
// process in which it has refused to start: so another one prints it.
std::string CompletionOfNode() {
  std::array<char, 4096> self{};
  std::size_t size = self.size();
  if (uv_exepath(self.data(), &size) != 0) return {};
  const std::string command =
      fmt::format("exec env -u NODE_OPTIONS {} --completion-bash 2>/dev/null",
                  Quoted(std::string_view(self.data(), size)));
  const auto close = [](std::FILE* file) { pclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(popen(command.c_str(), "r"), close);
  std::string text;
  if (!pipe) return text;
  std::array<char, 4096> part{};
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe.get())) {
    text.append(part.data(), count);
  }
  return text;
}

std::vector<std::string> NodeOptions() {
  std::istringstream words(CompletionOfNode());
  std::vector<std::string> options;
  for (std::string word; words >> word;) {
    if (word.front() == '\'') word.erase(0, 1);
    if (word.starts_with("--")) options.push_back(word.substr(0, word.find('\'')));
  }
  return options;
}

}  // namespace

std::string NearestNodeOption(std::string_view refusal) {
  constexpr std::string_view kBadOption = "bad option: ";
  const std::size_t at = refusal.find(kBadOption);
  if (at == std::string_view::npos) return {};
  const std::string_view option = refusal.substr(at + kBadOption.size());
  if (!option.starts_with("--")) return {};
  return Nearest(option.substr(0, option.find_first_of("=\n")), NodeOptions());
}

}  // namespace nodehost::cli
