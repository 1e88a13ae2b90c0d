// FileRights: which files an environment may open, by the folders that Rights names. What a path
// means is found out as the system will find it out, symbolic links and all, at the time of the
// question.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "nodehost/rights.hpp"

namespace nodehost::host {

/// What is to be done with a path; `kReadWrite` asks for both rights.
enum class FileAccess {
  kRead = 1,
  kWrite = 2,
  kReadWrite = 3,
  kLook = 4,  ///< To tell what is there, without its contents.
};

/// A descriptor of the folder that `real`, a name without links, names a file in: of that folder
/// and no other, whatever has become of the names meanwhile. A negative error number if there is
/// none.
int OpenParent(const std::string& real);

class FileRights {
 public:
  /// Throws HostError if a folder does not exist. Relative ones are taken from the working
  /// directory, now.
  explicit FileRights(const Rights& rights);

  /// Whether there is a limit at all.
  bool limited() const noexcept { return read_.limited || write_.limited; }

  /// Why the access is refused: a sentence; nothing if it is not. `follow` tells whether the system
  /// will follow a symbolic link that is the last part of the path. Any thread.
  /// `real_path` gets the one name without links that the path stands for, if that can be told.
  std::optional<std::string> Refusal(FileAccess access, bool follow, std::string_view path,
                                     std::string* real_path = nullptr) const;

 private:
  struct Folders {
    const char* field;
    bool limited = false;
    std::vector<std::string> paths;  // canonical

    bool Hold(std::string_view path) const;
  };

  void Fill(Folders& folders, const std::optional<std::vector<std::string>>& given);

  Folders read_{.field = "read_files", .paths = {}};
  Folders write_{.field = "write_files", .paths = {}};

  // Every name on the way to a folder, so that the way can be found: what realpath must look at.
  std::unordered_set<std::string> way_;
};

}  // namespace nodehost::host
