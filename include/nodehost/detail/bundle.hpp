// What the code that nodehost_bundle (cmake/Bundle.cmake) generates is made of.
#pragma once

#include <string_view>

#include "nodehost/detail/export.hpp"

namespace nodehost::detail {

/// The text of an ES module that is a part of the program: each environment that is made while this
/// object lives has the module under its name. Any thread. Both texts must outlive the object.
class NODEHOST_API Bundle {
 public:
  Bundle(std::string_view name, std::string_view text);
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
  ~Bundle();

  std::string_view name() const noexcept { return name_; }
  std::string_view text() const noexcept { return text_; }

 private:
  const std::string_view name_;
  const std::string_view text_;
};

}  // namespace nodehost::detail
