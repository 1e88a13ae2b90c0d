// Two threads write to one variable without agreeing: in main, or, with an argument, when the last
// object of the program is destroyed.
#include <thread>

namespace {

void Race() {
  int shared = 0;
  const auto write = [&] {
    for (int i = 0; i < 1000; ++i) ++shared;
  };
  std::thread other(write);
  write();
  other.join();
}

struct Last {
  ~Last() {
    if (races) Race();
  }
  bool races = false;
} last;

}  // namespace

int main(int count, char** /*arguments*/) {
  if (count > 1) {
    last.races = true;
  } else {
    Race();
  }
  return 0;
}
