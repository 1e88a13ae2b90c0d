#include "file_rights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <list>
#include <utility>

#include "nodehost/errors.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace nodehost::host {

namespace fs = std::filesystem;

namespace {

constexpr int kMostLinks = 40;  // as Linux has it

std::list<std::string> Split(std::string_view path) {
  std::list<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::string Joined(const std::string& folder, const std::string& name) {
  return folder == "/" ? folder + name : folder + '/' + name;
}

// Links in there do not lead to the name they show, but to what a process holds open.
bool IsMagic(const std::string& folder) { return folder.starts_with("/proc/"); }

// Finds the one name without links that a path stands for, as the system does: a link is replaced
// when it is met, and ".." is the folder above what has been found so far.
class Walk {
 public:
  // `seen`, if given, gets each name on the way.
  Walk(bool follow, std::unordered_set<std::string>* seen) : follow_(follow), seen_(seen) {}

  // Nothing if it cannot be told.
  std::optional<std::string> Resolve(std::string_view path) {
    if (path.find('\0') != std::string_view::npos) return std::nullopt;
    if (!path.starts_with('/')) {
      std::error_code error;
      const fs::path here = fs::current_path(error);
      if (error) return std::nullopt;
      return Resolve(here.string() + '/' + std::string(path));
    }
    left_ = Split(path);
    if (path.ends_with('/')) follow_ = true;  // "link/" is what the link leads to
    if (seen_) seen_->insert(found_);
    while (!left_.empty()) {
      const std::string part = std::move(left_.front());
      left_.pop_front();
      if (!Step(part)) return std::nullopt;
    }
    return found_;
  }

 private:
  bool Step(const std::string& part) {
    if (part == ".") return true;
    if (part == "..") {
      // The folder above a name that does not exist, or cannot be resolved, is unknown.
      if (lost_) return false;
      found_ = fs::path(found_).parent_path().string();
      return true;
    }
    const std::string next = Joined(found_, part);
    if (seen_) seen_->insert(next);
    std::error_code error;
    const bool take_as_it_is = lost_ || (left_.empty() && !follow_);
    const fs::file_type type =
        take_as_it_is ? fs::file_type::unknown : fs::symlink_status(next, error).type();
    if (type == fs::file_type::symlink && !IsMagic(found_)) return Follow(next);
    if (type == fs::file_type::symlink || type == fs::file_type::not_found) {
      lost_ = true;
    } else if (error) {
      return false;  // such as a name that has become too long: it may yet be a link
    }
    found_ = next;
    return true;
  }

  bool Follow(const std::string& link) {
    std::error_code error;
    const std::string target = fs::read_symlink(link, error).string();
    if (error || ++links_ > kMostLinks) return false;
    if (target.starts_with('/')) found_ = "/";
    left_.splice(left_.begin(), Split(target));
    return true;
  }

  bool follow_;
  std::unordered_set<std::string>* const seen_;
  std::string found_ = "/";
  std::list<std::string> left_;
  bool lost_ = false;
  int links_ = 0;
};

std::string Quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

}  // namespace

bool FileRights::Folders::Hold(std::string_view path) const {
  return !limited || std::any_of(paths.begin(), paths.end(), [&](const std::string& folder) {
    return folder == "/" || path == folder ||
           (path.starts_with(folder) && path[folder.size()] == '/');
  });
}

FileRights::FileRights(const Rights& rights) {
  Fill(read_, rights.read_files);
  Fill(write_, rights.write_files);
}

void FileRights::Fill(Folders& folders, const std::optional<std::vector<std::string>>& given) {
  if (!given) return;
  folders.limited = true;
  for (const std::string& folder : *given) {
    const std::optional<std::string> path = Walk(true, &way_).Resolve(folder);
    std::error_code error;
    if (folder.empty() || !path || !fs::exists(*path, error)) {
      throw HostError(
          fmt::format("Rights::{}: there is no {}. It must name a folder, or a file, that exists.",
                      folders.field, Quoted(folder)));
    }
    folders.paths.push_back(*path);
  }
}

int OpenParent(const std::string& real) {
#if defined(__linux__)
  const std::string folder = fs::path(real).parent_path().string();
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
#if defined(SYS_openat2)
  open_how how{};
  how.flags = kFlags;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const auto by_kernel =
      static_cast<int>(syscall(SYS_openat2, AT_FDCWD, folder.c_str(), &how, sizeof how));
  if (by_kernel >= 0) return by_kernel;
  if (errno != ENOSYS && errno != EPERM) return -errno;
#endif
  const int fd = open(folder.c_str(), kFlags | O_NOFOLLOW);
  if (fd < 0) return -errno;
  std::error_code error;
  if (fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), error) == folder && !error) return fd;
  close(fd);
  return -ELOOP;
#else
  static_cast<void>(real);
  return -ENOSYS;
#endif
}

std::optional<std::string> FileRights::Refusal(FileAccess access, bool follow,
                                               std::string_view path,
                                               std::string* real_path) const {
  const std::optional<std::string> real = Walk(follow, nullptr).Resolve(path);
  if (real && real_path) *real_path = *real;
  if (access == FileAccess::kLook && real &&
      (read_.Hold(*real) || (write_.limited && write_.Hold(*real)) || way_.contains(*real))) {
    return std::nullopt;
  }
  const int asked = static_cast<int>(access);
  const bool write = (asked & static_cast<int>(FileAccess::kWrite)) != 0;
  const bool read = (asked & static_cast<int>(FileAccess::kRead)) != 0;
  const bool look = access == FileAccess::kLook;
  const auto refused = [&](const Folders& folders) { return !real || !folders.Hold(*real); };
  const Folders* folders = nullptr;
  if (look ? read_.limited : read && read_.limited && refused(read_)) folders = &read_;
  if (!folders && write && write_.limited && refused(write_)) folders = &write_;
  if (!folders) return std::nullopt;

  std::string allowed;
  for (const std::string& folder : folders->paths) {
    allowed += fmt::format("{}{}", allowed.empty() ? "only " : ", ", Quoted(folder));
  }
  return fmt::format("This environment may not {} {}{}: Rights::{} allows {}",
                     folders == &write_ ? "write"
                     : look             ? "look at"
                                        : "read",
                     Quoted(path),
                     real && *real != path ? fmt::format(", which is {}", Quoted(*real)) : "",
                     folders->field, allowed.empty() ? "no files" : allowed);
}

}  // namespace nodehost::host
