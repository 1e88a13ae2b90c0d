// A package of npm's through a typed interface: classes, live properties, objects that come back.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;

namespace {

struct Version {
  nh::Property<int> major;
  nh::Property<std::string> version;
  nh::Method<Version(std::string)> inc;
  nh::Method<int(Version)> compare;
  nh::Method<std::string()> format;
};
struct SemVer {
  nh::Constructor<Version(std::string)> type;
  nh::Method<std::optional<Version>(std::string)> parse;
  nh::Method<bool(Version, std::string)> satisfies;
  nh::Method<std::vector<Version>(std::vector<Version>)> sort;
  std::string SEMVER_SPEC_VERSION;
  NODEHOST_FIELDS(SemVer, (type, nh::JsName("SemVer")), parse, satisfies, sort, SEMVER_SPEC_VERSION)
};

nh::Environment NewEnvironment() {
  return test::Platform().CreateEnvironment({.base_dir = NODEHOST_TEST_PACKAGES});
}

}  // namespace

TEST_CASE("semver is used through a typed interface") {
  nh::Environment node = NewEnvironment();
  const auto semver = node.Import<SemVer>("semver");
  CHECK(semver.SEMVER_SPEC_VERSION == "2.0.0");
  const Version one = semver.type("1.2.3");
  CHECK(one.major == 1);
  one.inc("major").inc("minor");
  CHECK(one.format() == "2.1.0");
  CHECK(one.version.Get() == "2.1.0");
  CHECK_FALSE(semver.parse("nonsense").has_value());
}

TEST_CASE("semver gets its own objects back") {
  nh::Environment node = NewEnvironment();
  const auto semver = node.Import<SemVer>("semver");
  const Version one = semver.type("1.0.0");
  const Version two = *semver.parse("2.0.0");
  CHECK(one.compare(two) == -1);  // asks with instanceof
  CHECK(semver.satisfies(two, ">=1.5"));
  CHECK(semver.sort({two, one}).front().version.Get() == "1.0.0");
}

TEST_CASE("what semver throws in a constructor comes out of the Constructor") {
  nh::Environment node = NewEnvironment();
  const auto semver = node.Import<SemVer>("semver");
  const nh::JsError error = ErrorOf([&] { semver.type("x"); });
  CHECK(error.name() == "TypeError");
  CHECK(error.message() == "Invalid Version: x");
}
