// OwnLoops: says that the calling thread makes, or closes, event loops of the host's own now, so
// that what guards the descriptors of loops against JavaScript lets it.
#pragma once

namespace nodehost::host {

class OwnLoops {
 public:
  OwnLoops() noexcept;
  ~OwnLoops();
  OwnLoops(const OwnLoops&) = delete;
  OwnLoops& operator=(const OwnLoops&) = delete;

  /// Whether there is one on the calling thread.
  static bool AreHere() noexcept;

 private:
  const bool before_;
};

}  // namespace nodehost::host
