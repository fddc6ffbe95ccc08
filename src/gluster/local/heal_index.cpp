#include "gluster/local/heal_index.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "common/system_error.hpp"
#include "common/text.hpp"
#include "common/unique_fd.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

constexpr std::chrono::minutes kListAgain{10};
constexpr std::size_t kMaxInodes = 1024;
constexpr std::uint64_t kMaxEntries = 10'000'000;

UniqueFd open_folder(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  UniqueFd folder(::open(path.c_str(), kFlags | O_NOATIME));
  if (!folder.is_open() && errno == EPERM) {  // only the owner and root may ask for that
    return UniqueFd(::open(path.c_str(), kFlags));
  }
  return folder;
}

/// The entries of a folder in portions, in the order of the file system: by a hash of the name on ext4, so
/// that the first portion is as good as one taken at random.
class Listing {
 public:
  explicit Listing(const UniqueFd& folder) : fd_(folder.get()) {}

  /// Calls use(inode, name) for each of the next entries. False at the end; an errno for an error.
  template <class Use>
  std::expected<bool, int> next(Use use) {
    const ssize_t size = ::getdents64(fd_, buffer_.data(), buffer_.size());
    if (size < 0) {
      return std::unexpected(errno);
    }
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      // The kernel aligns its records. A name is as long as its NUL says, not as the type does.
      const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);
      use(std::uint64_t{entry->d_ino}, std::string_view(static_cast<const char*>(entry->d_name)));
      at += entry->d_reclen;
    }
    return size > 0;
  }

 private:
  int fd_;
  alignas(dirent64) std::array<char, 32UL * 1024> buffer_{};
};

/// Entries beyond their base files. Nothing when one of these is gone.
std::expected<std::optional<std::uint64_t>, int> add_up(const UniqueFd& folder,
                                                        const std::vector<std::string>& bases) {
  std::uint64_t entries = 0;
  for (const auto& base : bases) {
    struct stat status {};
    if (::fstatat(folder.get(), base.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) {
        return std::nullopt;
      }
      return std::unexpected(errno);
    }
    entries += status.st_nlink - std::min<std::uint64_t>(status.st_nlink, 1);
  }
  return entries;
}

}  // namespace

Result<std::uint64_t> HealIndexReader::count(const std::string& path, std::string_view prefix,
                                             Folder& known) {
  const UniqueFd folder = open_folder(path);
  if (!folder.is_open()) {
    if (errno == ENOENT) {
      known = {};
      return 0;  // the brick makes it when it needs it
    }
    return failed_at(path, errno);
  }
  Listing listing(folder);
  Folder found;
  bool has_news = false;
  std::uint64_t seen = 0;
  const auto take = [&](std::uint64_t inode, std::string_view name) {
    if (name == "." || name == "..") {
      return;
    }
    ++seen;
    has_news = has_news || (known.inodes.size() < kMaxInodes && !known.inodes.contains(inode));
    if (found.inodes.size() < kMaxInodes) {
      found.inodes.insert(inode);
    }
    if (name.starts_with(prefix) && found.bases.size() < kMaxInodes) {
      found.bases.emplace_back(name);
    }
  };
  // Two portions: when the second is the end, this was a small folder.
  auto more = listing.next(take);
  if (more && *more) {
    more = listing.next(take);
  }
  const auto now = std::chrono::steady_clock::now();
  if (more && *more && !known.bases.empty() && !has_news && now - known.listed_at < kListAgain) {
    const auto entries = add_up(folder, known.bases);
    if (!entries) {
      return failed_at(path, entries.error());
    }
    if (*entries) {
      return **entries;
    }
  }
  while (more && *more) {
    if (seen > kMaxEntries) {
      return std::unexpected(Error{ErrorKind::oversize, clean_utf8(path) + ": more than 10 million entries"});
    }
    more = listing.next(take);
  }
  if (!more) {
    return failed_at(path, more.error());
  }
  found.listed_at = now;
  known = std::move(found);
  const auto entries = add_up(folder, known.bases);
  if (!entries) {
    return failed_at(path, entries.error());
  }
  return entries->value_or(0);  // gone since it was listed: the brick's heal has just emptied it
}

Result<HealIndex> HealIndexReader::read(const std::string& brick_path) {
  const std::string indices = brick_path + "/.glusterfs/indices";
  struct stat status {};
  if (::stat(indices.c_str(), &status) != 0) {
    return failed_at(indices, errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return failed_at(indices, ENOTDIR);
  }
  auto& folders = bricks_[brick_path];
  const auto pending = count(indices + "/xattrop", "xattrop-", folders["xattrop"]);
  if (!pending) {
    return std::unexpected(pending.error());
  }
  const auto dirty = count(indices + "/dirty", "dirty-", folders["dirty"]);
  if (!dirty) {
    return std::unexpected(dirty.error());
  }
  return HealIndex{.pending = *pending, .dirty = *dirty};
}

}  // namespace glusterfs_exporter::gluster::local
