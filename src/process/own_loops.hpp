// OwnLoops: says that the calling thread makes, or closes, event loops of the host's own now, so
// that what guards the descriptors of loops against JavaScript lets it.
#pragma once

#include <optional>

namespace nodehost::host {

class OwnLoops {
 public:
  /// kThread: of an environment whose thread this is. kProcess: of no environment, and closed by
  /// whichever thread comes last.
  enum class Of { kThread, kProcess };

  explicit OwnLoops(Of of = Of::kThread) noexcept;
  ~OwnLoops();
  OwnLoops(const OwnLoops&) = delete;
  OwnLoops& operator=(const OwnLoops&) = delete;

  /// Whose loops there are on the calling thread, if any.
  static std::optional<Of> Here() noexcept;

 private:
  const std::optional<Of> before_;
};

}  // namespace nodehost::host
