// Compiles Markdown on all cores: a pool of environments, each with `marked` from npm, and a
// progress bar.
#include <nodehost/future.hpp>
#include <nodehost/nodehost.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <vector>

namespace nh = nodehost;

struct Marked {
  nh::Method<std::string(std::string markdown)> parse;
};

int main(int argc, char** argv) try {
  if (argc < 5) {
    return std::fprintf(stderr, "usage: pool PACKAGES ENVIRONMENTS TIMES FILE.md...\n"), 2;
  }
  const auto environments = static_cast<std::size_t>(std::atoi(argv[2]));
  const int times = std::atoi(argv[3]);

  std::vector<std::string> texts;
  for (int i = 4; i < argc; ++i) {
    std::ifstream file(argv[i]);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }

  nh::NodejsPlatform platform;
  nh::EnvironmentPool pool(platform, {.size = environments, .environment = {.base_dir = argv[1]}});
  auto marked = pool.Import<Marked>("marked");

  std::vector<std::future<std::string>> pages;
  for (int i = 0; i < times; ++i) {
    for (const std::string& text : texts) pages.push_back(marked.CallAsync(&Marked::parse, text));
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    bytes += pages[i].get().size();
    const std::size_t done = 20 * (i + 1) / pages.size();
    std::fprintf(stderr, "\r[%-20s] %zu/%zu", std::string(done, '#').c_str(), i + 1, pages.size());
  }
  std::fprintf(stderr, "\n");
  std::printf("%zu pages by %zu environments, HTML: %s\n", pages.size(),
              pool.ReadStatistics().environments, bytes > 0 ? "yes" : "none");
  return 0;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
