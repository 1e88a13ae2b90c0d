// SnapshotFile: the file that holds a start-up snapshot: what Node makes of one, and V8's code
// caches of the host's own JavaScript. It fits the libnode that it was made with, and no other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nodehost::host {

struct SnapshotContents {
  std::string_view libnode;     ///< What it was made with.
  std::string_view node;        ///< As node::EmbedderSnapshotData::ToBlob gives it.
  std::string_view scripts_of;  ///< Which text of js/ the following are of.
  std::map<std::string_view, std::string_view> scripts;  ///< Code caches by file of js/.
};

/// A file that has been read. What `contents` gives out is good for as long as it lives.
class SnapshotFile {
 public:
  /// Throws PlatformError, with a text that says what is wrong, if it cannot be read, is damaged,
  /// or was not made with `libnode`.
  SnapshotFile(const std::string& path, std::string_view libnode);
  ~SnapshotFile();
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;

  const SnapshotContents& contents() const noexcept { return contents_; }

 private:
  void Read(const std::string& path);

  std::span<const char> bytes_;
  std::unique_ptr<char[]> copy_;  // where files cannot be mapped
  SnapshotContents contents_;
};

/// The file is there as a whole or not at all. Throws PlatformError if it cannot be written.
void WriteSnapshotFile(const std::string& path, const SnapshotContents& contents);

/// A 64-bit hash: it finds damage and other texts, and does not withstand an attacker.
std::uint64_t HashOf(std::string_view text) noexcept;

}  // namespace nodehost::host
