// Renders a Markdown file to a web page with two npm packages, called from C++: `marked` reads the
// Markdown, `highlight.js` colours the code in it.
#include <nodehost/nodehost.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "page.hpp"

namespace nh = nodehost;

// The packages, as far as we use them: a struct of data is copied, a Method is a JS function.
struct Token {
  std::string type, raw;
  std::optional<std::string> text, lang;
};
struct Marked {
  nh::Method<std::vector<Token>(std::string markdown)> lexer;
  nh::Method<std::string(std::string markdown)> parse;
};

struct Language {
  std::string language;
};
struct Highlighted {
  std::string value;
};
struct HighlightJs {
  nh::Method<Highlighted(std::string code, Language language)> highlight;
};

struct FileSystem {
  nh::Method<std::string(std::string path, std::string encoding)> readFileSync;
  nh::Method<void(std::string path, std::string text)> writeFileSync;
};

int main(int argc, char** argv) try {
  if (argc != 3) return std::fprintf(stderr, "usage: markdown IN.md OUT.html\n"), 2;

  auto platform = Timed("start Node.js", [] { return nh::NodejsPlatform(); });
  auto node = Timed("start a JS thread",
                    [&] { return platform.CreateEnvironment({.base_dir = MARKDOWN_MODULES}); });
  auto marked = Timed("import marked", [&] { return node.Import<Marked>("marked"); });
  auto hljs =
      Timed("import highlight.js", [&] { return node.Import<HighlightJs>("highlight.js"); });
  auto fs = node.Import<FileSystem>("node:fs");

  auto tokens = Timed("read", [&] { return marked.lexer(fs.readFileSync(argv[1], "utf8")); });
  std::string document;
  Timed("highlight", [&] {
    for (const Token& token : tokens) {
      if (token.type == "code" && token.lang && !token.lang->empty()) {
        document += "<pre><code class='hljs'>" + hljs.highlight(*token.text, {*token.lang}).value +
                    "</code></pre>";
      } else {
        document += token.raw;
      }
    }
  });
  const std::string body = Timed("render", [&] { return marked.parse(document); });

  const std::string theme = MARKDOWN_MODULES "/node_modules/highlight.js/styles/github.min.css";
  fs.writeFileSync(argv[2], kHead + fs.readFileSync(theme, "utf8") + "</style>\n" + body);
  std::printf("the page               file://%s\n", argv[2]);

  struct Misspelt {
    nh::Method<std::string(std::string)> prase;
  };
  try {  // Found where it is imported, not where it is called.
    node.Import<Misspelt>("marked");
  } catch (const nh::JsError& error) {
    std::printf("an error, handled      %s: %s\n", error.name().c_str(), error.message().c_str());
  }
} catch (const std::exception& error) {
  return std::fprintf(stderr, "markdown: %s\n", error.what()), 1;
}
