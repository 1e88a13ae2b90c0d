#include "own_loops.hpp"

#include <utility>

namespace nodehost::host {

namespace {

thread_local bool are_here = false;

}  // namespace

OwnLoops::OwnLoops() noexcept : before_(std::exchange(are_here, true)) {}

OwnLoops::~OwnLoops() { are_here = before_; }

bool OwnLoops::AreHere() noexcept { return are_here; }

}  // namespace nodehost::host
