#include <fstream>
#include <sstream>
#include <stdexcept>

#include "engine.hpp"
#if __has_include("engines.h")  // else nothing was fetched yet, as when only clang-tidy reads this
#include "engines.h"
#endif

namespace bench {

std::vector<EngineKind> Engines() {
  std::vector<EngineKind> engines;
#ifdef NODEHOST_BENCH_DUKTAPE
  engines.push_back({.name = "duktape",
                     .make = NewDuktape,
                     .marked = Es5Packages() + "/node_modules/marked/lib/marked.cjs",
                     .typescript = Es5Packages() + "/node_modules/typescript/lib/typescript.js",
                     .same_in_node = "./engines/es5.cjs"});
#endif
#ifdef NODEHOST_BENCH_QUICKJS
  engines.push_back(
      {.name = "quickjs",
       .make = NewQuickJs,
       .marked = NODEHOST_BENCH_MARKED "/node_modules/marked/lib/marked.umd.js",
       .typescript = NODEHOST_BENCH_TYPESCRIPT "/node_modules/typescript/lib/typescript.js",
       .same_in_node = "./jobs.cjs"});
#endif
  return engines;
}

std::string Es5Packages() {
#ifdef NODEHOST_BENCH_ES5_PACKAGES
  return NODEHOST_BENCH_ES5_PACKAGES;
#else
  return {};
#endif
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace bench
