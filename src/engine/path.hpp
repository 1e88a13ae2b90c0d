// Paths into data, as errors show them: `track.points[3].y`, `ages["Ann"]`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nodehost::detail {

/// How deep structs and containers may be nested; deeper data is taken for a cycle or an attack.
inline constexpr int kMaxDepth = 500;
inline constexpr std::string_view kTooDeep = "nested more than 500 deep; is it a ring?";

/// Counts a level of nesting for its own lifetime.
class Nesting {
 public:
  explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

  bool too_deep() const noexcept { return depth_ > kMaxDepth; }

 private:
  int& depth_;
};

/// `[3]`
std::string IndexStep(std::size_t index);

/// `.name`, or `["content-type"]` for what is no identifier.
std::string FieldStep(std::string_view name);

/// `["key"]`
std::string KeyStep(std::string_view key);

/// The text in quotes, as JSON has it; cut after some 40 characters.
std::string Quoted(std::string_view utf8);

/// A path of hundreds of steps without its middle.
std::string Shortened(const std::string& path);

}  // namespace nodehost::detail
