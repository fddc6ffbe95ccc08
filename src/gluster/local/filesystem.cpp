#include "gluster/local/filesystem.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "common/system_error.hpp"
#include "common/text.hpp"
#include "gluster/local/proc.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

constexpr std::size_t kMaxMountsBytes = 4UL * 1024 * 1024;
constexpr std::size_t kMostKept = 10'000;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) {
      return words;
    }
    words.push_back(line.substr(0, line.find(' ')));
    line.remove_prefix(words.back().size());
  }
}

/// Space, tab, newline and backslash stand as \ and three octal digits.
std::string unescape(std::string_view text) {
  std::string plain;
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
        is_octal(text[i + 3])) {
      const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      plain.push_back(static_cast<char>(value));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

bool lies_below(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

}  // namespace

Mount find_mount(std::string_view mountinfo, dev_t device, std::string_view path) {
  const std::string number = std::to_string(major(device)) + ":" + std::to_string(minor(device));
  Mount best;
  struct Rank {
    bool same_device = false;
    std::size_t depth = 0;  // bytes of the mount point, if above the path
  } best_rank;
  while (!mountinfo.empty()) {
    const auto line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    // id parent major:minor root mount-point options [optional fields] - type source super-options
    const auto words = words_of(line);
    constexpr std::size_t kFirstOptional = 6;
    std::size_t dash = kFirstOptional;
    while (dash < words.size() && words[dash] != "-") {
      ++dash;
    }
    if (dash + 2 >= words.size()) {
      continue;
    }
    const auto point = unescape(words[4]);
    const Rank rank{.same_device = words[2] == number, .depth = lies_below(path, point) ? point.size() : 0};
    if (!rank.same_device && rank.depth == 0) {
      continue;
    }
    // Of equal ones the later was mounted over the earlier.
    if (rank.same_device > best_rank.same_device ||
        (rank.same_device == best_rank.same_device && rank.depth >= best_rank.depth)) {
      best_rank = rank;
      best = {.device = clean_utf8(unescape(words[dash + 2])),
              .fs_type = clean_utf8(unescape(words[dash + 1])),
              .point = point};
    }
  }
  return best;
}

std::string find_mount_options(std::string_view mounts, const Mount& mount) {
  std::string_view options;
  while (!mounts.empty()) {
    const auto line = mounts.substr(0, mounts.find('\n'));
    mounts.remove_prefix(std::min(line.size() + 1, mounts.size()));
    // device mount-point type options 0 0
    const auto words = words_of(line);
    constexpr std::size_t kOptions = 3;
    if (words.size() > kOptions && unescape(words[1]) == mount.point &&
        clean_utf8(unescape(words[0])) == mount.device && clean_utf8(unescape(words[2])) == mount.fs_type) {
      options = words[kOptions];  // of equal ones the last was mounted over the others
    }
  }
  return clean_utf8(unescape(options));
}

MountTexts::MountTexts() : changes_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {}

const MountTexts::Texts& MountTexts::now() {
  pollfd change{.fd = changes_.get(), .events = POLLPRI, .revents = 0};
  const bool same = changes_.is_open() && ::poll(&change, 1, 0) == 0;
  if (!read_ || !same) {
    texts_.mountinfo = read_start("/proc/self/mountinfo", kMaxMountsBytes).value_or("");
    texts_.mounts = read_start("/proc/self/mounts", kMaxMountsBytes).value_or("");
    read_ = true;
    found_.clear();
  }
  return texts_;
}

const MountTexts::Found& MountTexts::find(dev_t device, const std::string& path) {
  const auto& texts = now();
  if (found_.size() >= kMostKept) {  // bricks come and go, perhaps without any mount
    found_.clear();
  }
  const auto [at, is_new] = found_.try_emplace(std::pair(device, path));
  auto& found = at->second;
  if (is_new) {
    found.mount = find_mount(texts.mountinfo, device, path);
    found.options = find_mount_options(texts.mounts, found.mount);
  }
  return found;
}

Result<BrickFilesystem> read_filesystem(const std::string& path, MountTexts& mounts) {
  struct stat status {};
  struct statvfs space {};
  if (::stat(path.c_str(), &status) != 0) {
    return failed_at(path, errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return failed_at(path, ENOTDIR);
  }
  if (::statvfs(path.c_str(), &space) != 0) {
    return failed_at(path, errno);
  }
  BrickFilesystem filesystem;
  filesystem.capacity = {.size_bytes = std::uint64_t{space.f_blocks} * space.f_frsize,
                         .free_bytes = std::uint64_t{space.f_bfree} * space.f_frsize,
                         .inodes = space.f_files,
                         .inodes_free = space.f_ffree};
  filesystem.block_size_bytes = space.f_bsize;  // glusterd's choice too, where f_frsize is another
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  const auto& [mount, options] = mounts.find(status.st_dev, error ? path : real.string());
  filesystem.mount_options = options;
  filesystem.device = mount.device;
  filesystem.fs_type = mount.fs_type;
  return filesystem;
}

}  // namespace glusterfs_exporter::gluster::local
