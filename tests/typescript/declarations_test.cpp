// What nh::TypeScript writes: against the golden file library.d.ts, and by TypeScript's compiler,
// with programs that must be right and programs that must not. After a change that is meant to be:
// NODEHOST_UPDATE_GOLDEN=1 typescript_tests, and read the difference.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/host.hpp"

namespace {

enum class Genre { kNovel, kPoetry };

struct Author {
  std::string name;
  std::optional<int> born;
};
struct Entry {
  std::string title;
  std::vector<Author> authors;
  std::variant<double, std::string> price;
  Genre genre = Genre::kNovel;
  int copies = 1;
  NODEHOST_FIELDS(Entry, (title, nh::Doc("As on the cover.")), authors, price, genre,
                  (copies, nh::kOptional))
};

class Item {
 public:
  explicit Item(std::string title) : title_(std::move(title)) {}
  virtual ~Item() = default;
  std::string title() const { return title_; }

 private:
  std::string title_;
};
class Book final : public Item {
 public:
  explicit Book(std::string title, std::optional<int> pages) : Item(title), pages_(pages) {}
  explicit Book(const Entry& entry) : Item(entry.title) {}
  int Read(int pages) { return read += pages; }
  std::string Find(const std::string& text) const { return text; }
  int FindPage(int page, std::optional<bool> exact) const { return exact ? page : 0; }
  nh::Task<std::string> Fetch(std::string from) { co_return from; }
  void Close() {}
  std::string MarkIn(nh::Js&, nh::This, int page) { return std::to_string(page); }
  std::vector<int>::const_iterator begin() const { return marks_.begin(); }
  std::vector<int>::const_iterator end() const { return marks_.end(); }
  static bool IsTitle(const std::string& text) { return !text.empty(); }

  int read = 0;

 private:
  std::optional<int> pages_;
  std::vector<int> marks_;
};
// Not exported: its objects can be had.
class Shelf {
 public:
  int room() const { return 3; }
};

struct Loan {
  int days = 0;
};

struct Library {
  nh::Class<::Item> Item;
  nh::Class<::Book> Book;
  nh::Method<std::vector<Entry>(std::string, std::optional<int>)> search;
  nh::Method<nh::Task<void>(std::function<void(Entry, double)>)> watch;
  nh::Method<std::shared_ptr<Shelf>(std::map<std::string, double>)> shelf;
  nh::Method<std::int64_t()> count;
  std::string version;
  std::optional<std::string> motto;
  std::function<Loan(nh::This, nh::EnvironmentRef, std::string, std::optional<int>)> lend;
};

}  // namespace

template <>
struct nodehost::EnumNames<Genre> {
  static constexpr nodehost::EnumName<Genre> kNames[] = {{Genre::kNovel, "novel"},
                                                         {Genre::kPoetry, "poetry"}};
};
template <>
struct nodehost::Describe<Item> {
  static void To(nh::Class<Item>& c) { c.Doc("What can be lent.").Property<&Item::title>(); }
};
template <>
struct nodehost::Describe<Book> {
  static void To(nh::Class<Book>& c) {
    c.Base<Item>()
        .Constructor<std::string, std::optional<int>>()
        .Constructor<const Entry&>()
        .Doc("From what `search` found.")
        .Method<&Book::Read>()
        .Doc("Reads on.\nReturns the page it comes to.")
        .Method<&Book::Find>("find")
        .Method<&Book::FindPage>("find")
        .Method<&Book::Fetch>()
        .Method<&Book::MarkIn>()
        .Method<&Book::Close>("Symbol.dispose")
        .Iterable()
        .StaticMethod<&Book::IsTitle>()
        .Property<&Book::read>("page")
        .Constant("formats", std::vector<std::string>{"paper"})
        .Doc("Ends with */ in C++.");
  }
};
template <>
struct nodehost::Describe<Shelf> {
  static void To(nh::Class<Shelf>& c) { c.Property<&Shelf::room>(); }
};

namespace {

std::string Contents(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// What `tsc --noEmit --strict` says of each program, a diagnostic a line; "" if nothing. They are
// written to a folder `name`.
std::vector<std::string> Compile(const std::string& name,
                                 const std::vector<std::string>& programs) {
  const std::string folder = NODEHOST_TYPESCRIPT_OUT "/" + name;
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/library.d.ts") << nh::TypeScript<Library>("app:library");
  for (std::size_t i = 0; i < programs.size(); ++i) {
    std::ofstream(folder + "/program" + std::to_string(i) + ".mts")
        << "import library, { Book, Item, search, watch, shelf, count, version, motto, lend } from "
           "'app:library';\nexport {};\n"
        << programs[i];
  }
  nh::Environment node = test::Platform().CreateEnvironment({.base_dir = NODEHOST_TYPESCRIPT});
  return node.Run([&](nh::Js& js) {
    return js
        .Eval(R"js((folder, count) => {
      const ts = require('typescript');
      const options = { noEmit: true, strict: true, target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
        lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'], types: [] };
      const files = Array.from({ length: count }, (_, i) => `${folder}/program${i}.mts`);
      const program = ts.createProgram([folder + '/library.d.ts', ...files], options);
      const said = ts.getPreEmitDiagnostics(program);
      return files.map((file) => said.filter((d) => d.file === undefined || d.file.fileName === file ||
          d.file.fileName.endsWith('library.d.ts'))
        .map((d) => `TS${d.code}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`).join('\n'));
    })js")(folder, static_cast<double>(programs.size()))
        .As<std::vector<std::string>>();
  });
}

}  // namespace

TEST_CASE("the declarations of a module are those of the golden file") {
  const std::string golden = NODEHOST_TYPESCRIPT_TESTS "/library.d.ts";
  const std::string written = nh::TypeScript<Library>("app:library");
  if (std::getenv("NODEHOST_UPDATE_GOLDEN")) std::ofstream(golden) << written;
  CHECK(written == Contents(golden));
}

TEST_CASE("programs that use a module rightly compile") {
  const std::vector<std::string> said = Compile("right", {R"ts(
    const book = new Book('Faust', 300);
    const other: Item = new Book({ title: 'Faust', authors: [{ name: 'G.' }], price: 3, genre: 'poetry' });
    const page: number = book.read(3);
    const found: string = book.find('text');
    const place: number = book.find(3, true);
    const text: Promise<string> = book.fetch('here');
    for (const mark of book) mark.toFixed();
    { using closed = book; }
    book.page = 7;
    const formats: readonly string[] = Book.formats;
    if (Book.isTitle(book.title) && motto !== undefined) motto.length;
    class Mine extends Book { override read(pages: number) { return super.read(2 * pages); } }
    const prices = search('all', 3).map(({ price }) => typeof price === 'string' ? price : price.toFixed());
    await watch((entry, change) => { entry.title.length + change; });
    const room: number = shelf({ a: 1 }).room;
    const many: bigint = count();
    const lent: number = lend('Faust').days + lend.call(book, 'Faust', 2).days + book.markIn(3).length;
    const same: typeof search = library.search;
    version.toUpperCase();
  )ts"});
  CHECK(said.front() == "");
}

TEST_CASE("programs that use a module wrongly do not") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"new Book();", "TS2554"},
      {"new Item('x');", "TS2674"},
      {"new Book('x', 'y');", "TS2345"},
      {"new Book('x').title = 'y';", "TS2540"},
      {"new Book('x').read('3');", "TS2345"},
      {"new Book('x').pages;", "TS2551"},
      {"search(3);", "TS2345"},
      {"search('x', 1, 2);", "TS2554"},
      {"search('x')[0].genre = 'prose';", "TS2322"},
      {"const n: number = count();", "TS2322"},
      {"version = 'y';", "TS2632"},
      {"motto.length;", "TS18048"},
      {"lend(new Book('x'), 'y');", "TS2345"},
      {"new Book('x').markIn();", "TS2554"},
      {"Book.formats = [];", "TS2540"},
      {"const s: string = new Book('x').fetch('y');", "TS2322"}};
  std::vector<std::string> programs;
  for (const auto& row : rows) programs.push_back(row.first);
  const std::vector<std::string> said = Compile("wrong", programs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("program: ", programs[i], " said: ", said[i]);
    CHECK(said[i].starts_with(rows[i].second + ":"));
  }
}

namespace {

namespace one {
struct Same {
  int a;
};
}  // namespace one
namespace other {
struct Same {
  int b;
};
}  // namespace other
struct Clash {
  nh::Method<void(one::Same, other::Same)> both;
};
struct Orphan {
  nh::Class<::Book> Book;
};
struct Renamed {
  nh::Class<::Book> Novel;
};

}  // namespace

TEST_CASE("what TypeScript cannot say is a HostError") {
  CHECK_THROWS_WITH_AS(nh::TypeScript<Clash>(),
                       "Two different types are called Same in TypeScript; rename one of them.",
                       nh::HostError);
  CHECK_THROWS_WITH_AS(nh::TypeScript<Orphan>(),
                       "The class Book derives from Item, which the module does not export; add it "
                       "to the module.",
                       nh::HostError);
  CHECK_THROWS_AS(nh::TypeScript<Renamed>(), nh::HostError);
}
