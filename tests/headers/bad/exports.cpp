// For the test of exports.cmake: a library with exports it should not have, beside one it should.
namespace v8 {
class Isolate;
}

namespace nodehost {
void Fine(int) {}
void Leak(v8::Isolate*) {}
}  // namespace nodehost

void Stray() {}
