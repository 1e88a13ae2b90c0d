// For the test of the check: a name that another source has for itself as well.
#include <v8.h>

namespace {
constexpr int kSameName = 2;
}

int SameName() { return kSameName; }
