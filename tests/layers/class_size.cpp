// Counts the member functions of each class in the .hpp and .cpp files of the folders that are its
// arguments, and fails for a class that has more than kMost. Constructors, destructors and
// assignments do not count, nor what is deleted; overloads count one by one. It reads as much of
// C++ as it takes to tell a function from everything else in a class.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kMost = 22;

/// Classes that may have more, at most two. One that has not is an error as well.
struct Exception {
  std::string_view class_name;
  std::string_view why;
};
constexpr Exception kExceptions[] = {
    {"Value", "it has the operations that each JavaScript value has, and nothing else"},
};
static_assert(std::size(kExceptions) <= 2);

using Tokens = std::vector<std::string>;

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The identifiers, numbers and punctuation marks of C++ text. Comments, preprocessor lines and the
/// text of literals are left out.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens Read() {
    while (at_ < text_.size()) Step();
    return std::move(tokens_);
  }

 private:
  void Step() {
    const char c = text_[at_];
    if (c == '\n') {
      line_starts_ = true;
      ++at_;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at_;
    } else if (c == '#' && line_starts_) {
      SkipDirective();
    } else if (text_.substr(at_, 2) == "//") {
      SkipTo("\n", 0);
    } else if (text_.substr(at_, 2) == "/*") {
      SkipTo("*/", 2);
    } else {
      line_starts_ = false;
      ReadToken();
    }
  }

  void ReadToken() {
    if (text_.substr(at_, 2) == "R\"") {
      const std::size_t open = text_.find('(', at_);
      SkipTo(")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"", 1);
      tokens_.emplace_back("\"");
    } else if (text_[at_] == '"' || text_[at_] == '\'') {
      SkipLiteral(text_[at_]);
      tokens_.emplace_back("\"");
    } else if (IsWord(text_[at_])) {
      const std::size_t from = at_;
      // A quote in a number separates its digits.
      const bool number = std::isdigit(static_cast<unsigned char>(text_[at_])) != 0;
      while (at_ < text_.size() && (IsWord(text_[at_]) || (number && text_[at_] == '\''))) ++at_;
      tokens_.emplace_back(text_.substr(from, at_ - from));
    } else {
      tokens_.emplace_back(1, text_[at_++]);
    }
  }

  void SkipTo(std::string_view end, std::size_t from) {
    const std::size_t found = text_.find(end, at_ + from);
    at_ = found == std::string_view::npos ? text_.size() : found + (end == "\n" ? 0 : end.size());
  }

  void SkipDirective() {
    do {
      SkipTo("\n", 1);
    } while (at_ < text_.size() && text_[at_ - 1] == '\\');
  }

  void SkipLiteral(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool line_starts_ = true;
  Tokens tokens_;
};

struct Found {
  std::string class_name;
  int methods = 0;
};

/// Finds the classes of a file and counts their member functions.
class Reader {
 public:
  explicit Reader(Tokens tokens) : tokens_(std::move(tokens)) {}

  std::vector<Found> Read() {
    while (at_ < tokens_.size()) ReadScope(nullptr);
    return std::move(found_);
  }

 private:
  /// One declaration after the other until the scope's end. `in` is null outside of classes.
  void ReadScope(Found* in) {
    while (at_ < tokens_.size() && !Is("}")) ReadDeclaration(in);
    ++at_;
  }

  void ReadDeclaration(Found* in) {
    const std::size_t begin = at_;
    std::string name;  // of the function, once its parameters have been seen
    bool initializers = false;
    for (; at_ < tokens_.size(); ++at_) {
      const std::string& token = tokens_[at_];
      if (token == ";") break;
      if (token == "}") return;  // of the scope
      if (token == "template" || (token == "<" && name.empty() && at_ > begin)) {
        SkipAngles();
      } else if (token == "[") {
        SkipGroup("[", "]");
      } else if (token == "=" && name.empty()) {
        return SkipStatement();
      } else if (token == "operator") {
        name = ReadOperator();
      } else if (token == "(") {
        if (name.empty()) name = NameBefore(begin);
        SkipGroup("(", ")");
      } else if (token == ":" && !IsPartOfScope(at_)) {
        if (IsAccess(at_ - 1)) break;
        initializers = !name.empty();
      } else if (token == "{") {
        if (EntersScope(begin, name)) return;
        const bool is_body = !name.empty() && !(initializers && IsWord(tokens_[at_ - 1].back()));
        if (is_body) Count(in, name, begin, at_);
        SkipGroup("{", "}");
        if (is_body) {
          ++at_;
          return;
        }
      }
    }
    if (!name.empty()) Count(in, name, begin, at_);
    ++at_;
  }

  /// At the brace of a class or namespace: reads what is in it.
  bool EntersScope(std::size_t begin, const std::string& name) {
    bool is_class = false;
    std::string last;
    bool named = false;
    for (std::size_t i = begin; i < at_; ++i) {
      const std::string& token = tokens_[i];
      if (token == "template" || token == "<") {
        i = EndOfAngles(i);
      } else if (token == "namespace" || token == "extern") {
        ++at_;
        ReadScope(nullptr);
        return true;
      } else if (token == "enum") {
        return false;
      } else if (token == "class" || token == "struct" || token == "union") {
        is_class = name.empty();
      } else if (token == ":" && !IsPartOfScope(i)) {
        named = true;  // its bases follow
      } else if (!named && token != "final" && IsWord(token.front())) {
        last = token;
      }
    }
    if (!is_class) return false;
    ++at_;
    Found found{last};
    ReadScope(&found);
    found_.push_back(found);
    return true;
  }

  void Count(Found* in, const std::string& name, std::size_t begin, std::size_t end) const {
    if (!in || name == in->class_name || name == "operator=" || name == "static_assert") return;
    const auto first = tokens_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = tokens_.begin() + static_cast<std::ptrdiff_t>(end);
    for (const std::string_view no : {"friend", "using", "typedef", "delete"}) {
      if (std::find(first, last, no) != last) return;
    }
    ++in->methods;
  }

  /// The word before the parenthesis at the current place; empty where that is no function's name.
  std::string NameBefore(std::size_t begin) const {
    static const std::string_view kKeywords[] = {"noexcept", "decltype", "alignas",
                                                 "requires", "explicit", "__attribute__"};
    if (at_ == begin) return {};
    const std::string& word = tokens_[at_ - 1];
    const std::string& next = tokens_[at_ + 1];
    if (!IsWord(word.front()) || next == "*" || next == "&") return {};
    if (std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords)) {
      return {};
    }
    return word;
  }

  std::string ReadOperator() {
    std::string name = "operator";
    for (++at_; at_ < tokens_.size() && (!Is("(") || tokens_[at_ + 1] == ")"); ++at_) {
      if (Is("(") && name != "operator") break;  // without parameters
      name += tokens_[at_];
      if (Is("(")) name += tokens_[++at_];
    }
    --at_;
    return name;
  }

  bool Is(std::string_view token) const { return tokens_[at_] == token; }
  bool IsPartOfScope(std::size_t i) const {
    return tokens_[i + 1] == ":" || (i > 0 && tokens_[i - 1] == ":");
  }
  bool IsAccess(std::size_t i) const {
    return tokens_[i] == "public" || tokens_[i] == "protected" || tokens_[i] == "private";
  }

  void SkipGroup(std::string_view open, std::string_view close) {
    int depth = 0;
    for (; at_ < tokens_.size(); ++at_) {
      if (Is(open)) ++depth;
      if (Is(close) && --depth == 0) return;
    }
  }

  std::size_t EndOfAngles(std::size_t i) const {
    int depth = 0;
    for (int parens = 0; i < tokens_.size(); ++i) {
      const std::string& token = tokens_[i];
      if (token == "(" || token == "{") ++parens;
      if (token == ")" || token == "}") --parens;
      if (parens > 0) continue;
      if (token == "<") ++depth;
      if (token == ">" && --depth == 0) return i;
    }
    return tokens_.size() - 1;
  }
  void SkipAngles() { at_ = EndOfAngles(at_); }

  void SkipStatement() {
    for (; at_ < tokens_.size() && !Is(";"); ++at_) {
      if (Is("{")) SkipGroup("{", "}");
      if (Is("(")) SkipGroup("(", ")");
    }
    ++at_;
  }

  Tokens tokens_;
  std::size_t at_ = 0;
  std::vector<Found> found_;
};

std::vector<std::filesystem::path> SourcesIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".hpp" || extension == ".cpp") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

const Exception* ExceptionOf(std::string_view class_name) {
  const auto* found = std::find_if(std::begin(kExceptions), std::end(kExceptions),
                                   [&](const Exception& e) { return e.class_name == class_name; });
  return found == std::end(kExceptions) ? nullptr : found;
}

}  // namespace

int main(int argc, char** argv) {
  int classes = 0;
  int errors = 0;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool lists = !arguments.empty() && arguments.front() == "--list";
  for (const std::string& folder : arguments) {
    if (folder == "--list") continue;
    for (const auto& file : SourcesIn(folder)) {
      std::ifstream in(file);
      const std::string text(std::istreambuf_iterator<char>(in), {});
      for (const Found& found : Reader(Lexer(text).Read()).Read()) {
        ++classes;
        if (lists) std::printf("%d %s %s\n", found.methods, found.class_name.c_str(), file.c_str());
        const Exception* const exception = ExceptionOf(found.class_name);
        const bool large = found.methods > kMost;
        if (large == (exception != nullptr)) continue;
        std::printf(large ? "%s: class %s has %d methods; %d are the most. Which of its "
                            "responsibilities is a class of its own?\n"
                          : "%s: class %s has %d methods and needs no exception from %d.\n",
                    file.c_str(), found.class_name.c_str(), found.methods, kMost);
        ++errors;
      }
    }
  }
  if (classes == 0) std::puts("There is no class in the folders that are the arguments.");
  std::printf("%d classes, %d errors\n", classes, errors);
  return errors == 0 && classes > 0 ? 0 : 1;
}
