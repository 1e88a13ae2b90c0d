// Posted: the result of a call that nobody waits for.
#pragma once

namespace nodehost {

/// As the result of a Method or std::function of JavaScript's: the call is sent off and forgotten.
/// From another thread it never waits; on the JS thread it is made at once. What it throws, and
/// what a promise that it returns is rejected for, is an uncaught error of the environment. Throws
/// `EnvironmentStopped` if the environment takes no more.
///
///     struct Log { nh::Method<nh::Posted(std::string)> write; };
struct Posted {};

}  // namespace nodehost
