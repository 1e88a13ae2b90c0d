// InChild: runs a function in a child of this process, made by fork().
#pragma once

#include <functional>
#include <string>

namespace nodehost::host {

/// Waits until it is done. Empty if `function` has returned; else what it threw, or how the child
/// ended. Where no other thread runs: the child has none of them.
std::string InChild(const std::function<void()>& function);

}  // namespace nodehost::host
