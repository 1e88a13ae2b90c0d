#include "own_loops.hpp"

#include <utility>

namespace nodehost::host {

namespace {

thread_local std::optional<OwnLoops::Of> here;

}  // namespace

OwnLoops::OwnLoops(Of of) noexcept : before_(std::exchange(here, of)) {}

OwnLoops::~OwnLoops() { here = before_; }

std::optional<OwnLoops::Of> OwnLoops::Here() noexcept { return here; }

}  // namespace nodehost::host
