// An Environment and a PumpedEnvironment have their verbs in common, and neither is the other.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <type_traits>
#include <utility>

namespace nh = nodehost;

static_assert(!std::is_convertible_v<nh::PumpedEnvironment, nh::Environment>);
static_assert(!std::is_convertible_v<nh::PumpedEnvironment*, nh::Environment*>);
static_assert(!std::is_convertible_v<nh::Environment, nh::PumpedEnvironment>);
static_assert(std::is_convertible_v<nh::PumpedEnvironment*, nh::AnyEnvironment*>);
static_assert(std::is_convertible_v<nh::Environment*, nh::AnyEnvironment*>);
static_assert(std::is_nothrow_move_constructible_v<nh::Environment>);
static_assert(std::is_nothrow_move_constructible_v<nh::PumpedEnvironment>);
static_assert(!std::is_copy_constructible_v<nh::Environment>);

void Make(nh::NodejsPlatform& platform) {
#if CASE_one_that_is_pumped  // says: 'nodehost::Environment' requested | no viable conversion
  nh::Environment node = platform.CreatePumpedEnvironment();
#else
  nh::PumpedEnvironment node = platform.CreatePumpedEnvironment();
#endif
  node.Stop();
}

void Use(nh::Environment& node, nh::PumpedEnvironment& pumped) {
#if CASE_assigned_to_each_other  // says: no match for | no viable overloaded
  node = std::move(pumped);
#else
  nh::PumpedEnvironment other = std::move(pumped);
  node.Stop();
  other.Stop();
#endif

#if CASE_an_environment_that_is_only_its_verbs  // says: protected
  nh::AnyEnvironment any = std::move(node);
  any.Stop();
#else
  nh::AnyEnvironment& any = node;
  any.Stop();
#endif

#if CASE_a_future_without_its_header  // says: RunAsync, CallAsync and ToFuture give a std::future
  static_cast<void>(node.RunAsync([](nh::Js&) { return 1; }));
#else
  node.Post([](nh::Js&) {});
#endif
}
