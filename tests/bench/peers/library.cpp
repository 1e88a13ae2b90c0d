// The functions of js_to_cpp that have a C interface, for koffi.
#include <cstdint>
#include <cstring>

extern "C" {

struct Record {
  std::int32_t id;
  double weight;
  bool valid;
  const char* name;
  double samples[4];
};

double add(double a, double b) { return a + b; }

std::uint32_t length(const char* text) { return static_cast<std::uint32_t>(std::strlen(text)); }

double weigh(const Record* record) { return record->weight; }

void forEach(std::int32_t count, void (*callback)(std::int32_t)) {
  for (std::int32_t i = 0; i < count; ++i) callback(i);
}

}  // extern "C"
