// What nh::TypeScript writes: against the golden file library.d.ts, and by TypeScript's compiler,
// with programs that must be right and programs that must not. They have no @types/node, of which
// such a module needs nothing. After a change that is meant to be: NODEHOST_UPDATE_GOLDEN=1
// typescript_tests, and read the difference.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/host.hpp"
#include "typescript/compile.hpp"

namespace {

enum class Genre { kNovel, kPoetry };
enum class Access { kRead = 1, kWrite = 2 };

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
  nh::Enum<::Genre> Genre;
  nh::Enum<::Access> Access;
};

}  // namespace

template <>
struct nodehost::EnumNames<Genre> {
  static constexpr nodehost::EnumName<Genre> kNames[] = {
      {Genre::kNovel, "novel"}, {Genre::kPoetry, "poetry"}, {Genre::kPoetry, "verse"}};
};
template <>
struct nodehost::EnumNames<Access> {
  static constexpr bool kNumbers = true;
  static constexpr nodehost::EnumName<Access> kNames[] = {{Access::kRead, "read"},
                                                          {Access::kWrite, "write"}};
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

test::Declared Declarations() {
  return {
      "library", nh::TypeScript<Library>("app:library"),
      "library, { Access, Book, Genre, Item, search, watch, shelf, count, version, motto, lend }"};
}

}  // namespace

TEST_CASE("the declarations of a module are those of the golden file") {
  test::CheckGolden(Declarations());
}

TEST_CASE("programs that use a module rightly compile") {
  const std::vector<std::string> said = test::Compile(Declarations(), "right", {R"ts(
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
    const genre = Genre.poetry as Genre;
    search('all')[0].genre = genre === 'novel' ? Genre.verse : 'poetry';
    const genres: Record<Genre, number> = { novel: 1, poetry: 2, verse: 3 };
    const access: Access = Access.read | Access.write;
    const written: 2 = library.Access.write;
  )ts"});
  CHECK(said.front() == "");
}

TEST_CASE("programs that use a module wrongly do not") {
  test::CheckWrong(Declarations(), "wrong",
                   {{"new Book();", "TS2554"},
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
                    {"const s: string = new Book('x').fetch('y');", "TS2322"},
                    {"Genre.prose;", "TS2339"},
                    {"Genre.novel = 'poetry';", "TS2540"},
                    {"const genre: Genre = 'prose';", "TS2322"},
                    {"const genre: 'novel' = Genre.poetry;", "TS2322"},
                    {"const access: Access = 'read';", "TS2322"}});
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
struct SameNames {
  nh::Enum<::Genre> Same;
  nh::Method<one::Same()> first;
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
  CHECK_THROWS_WITH_AS(nh::TypeScript<SameNames>(),
                       "Two different types are called Same in TypeScript; rename one of them.",
                       nh::HostError);
}
