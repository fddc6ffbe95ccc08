#include "gluster/local/proc.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "common/system_error.hpp"
#include "common/text.hpp"
#include "common/unique_fd.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

constexpr std::size_t kMaxStatBytes = 4096;
constexpr std::size_t kMaxArgumentBytes = 64UL * 1024;
constexpr std::size_t kMaxMapsBytes = 4UL * 1024 * 1024;
constexpr std::size_t kMaxBootBytes = 1024UL * 1024;  // a line for each CPU, and one with every interrupt
constexpr std::size_t kMaxFiles = 1002;               // "." and ".." among them

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

UniqueFd open_to_read(const char* path) {
  return UniqueFd(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/// How many bytes were read; -1 on errors.
ssize_t read_some(int fd, char* into, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::read(fd, into, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

bool is_version(std::string_view text) {
  return !text.empty() && text.front() != '.' &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> read_start(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd file = open_to_read(path.c_str());
  if (!file.is_open()) {
    return std::nullopt;
  }
  constexpr std::size_t kStep = 4096;
  std::string text;
  while (text.size() < limit) {
    const std::size_t had = text.size();
    text.resize(std::min(limit, had + kStep));
    const ssize_t count = read_some(file.get(), text.data() + had, text.size() - had);
    if (count < 0) {
      return std::nullopt;
    }
    text.resize(had + static_cast<std::size_t>(count));
    if (count == 0) {
      break;
    }
  }
  return text;
}

std::optional<ProcStat> parse_stat(std::string_view text) {
  // The name may itself hold spaces and parentheses; nothing after it does.
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  ProcStat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  text.remove_prefix(close + 1);
  constexpr std::size_t kFirst = 3;  // the number, in proc(5), of the field after the name
  constexpr std::size_t kLast = 24;
  std::array<std::string_view, kLast + 1> fields;
  for (std::size_t number = kFirst; number <= kLast; ++number) {
    text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
    fields.at(number) = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(fields.at(number).size());
  }
  const auto set = [](auto& value, std::string_view field) {
    const auto number = to_number<std::remove_reference_t<decltype(value)>>(field);
    value = number.value_or(0);
    return number.has_value();
  };
  if (fields[3].size() != 1 || !set(stat.parent, fields[4]) || !set(stat.user_ticks, fields[14]) ||
      !set(stat.system_ticks, fields[15]) || !set(stat.threads, fields[20]) ||
      !set(stat.start_ticks, fields[22]) || !set(stat.resident_pages, fields[24])) {
    return std::nullopt;
  }
  stat.state = fields[3].front();
  return stat;
}

std::string gluster_version_in(std::string_view maps) {
  constexpr std::string_view kBefore = "/glusterfs/";
  constexpr std::string_view kAfter = "/xlator/";
  for (auto at = maps.find(kAfter); at != std::string_view::npos; at = maps.find(kAfter, at + 1)) {
    const auto before = maps.substr(0, at);
    const auto slash = before.rfind('/');
    if (slash == std::string_view::npos || !before.substr(0, slash + 1).ends_with(kBefore)) {
      continue;
    }
    if (const auto version = before.substr(slash + 1); is_version(version)) {
      return std::string(version);
    }
  }
  return {};
}

Proc::Proc(const std::filesystem::path& root) : root_(root.string()) {
  struct statfs filesystem {};
  struct stat fds {};
  // The size of a folder of any other file system says nothing about its entries.
  kernel_counts_fds_ = ::statfs(root_.c_str(), &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC &&
                       ::stat((root_ + "/self/fd").c_str(), &fds) == 0 && fds.st_size > 0;
}

std::string Proc::path(int pid, const char* file) const {
  return root_ + "/" + std::to_string(pid) + "/" + file;
}

Result<std::vector<ProcEntry>> Proc::processes() const {
  const Folder folder(::opendir(root_.c_str()));
  if (folder == nullptr) {
    return failed_at(root_, errno);
  }
  std::vector<ProcEntry> found;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    const auto pid = to_number<int>(static_cast<const char*>(entry->d_name));
    if (pid && *pid > 0) {
      found.push_back({.pid = *pid, .inode = entry->d_ino});
    }
  }
  if (errno != 0) {
    return failed_at(root_, errno);
  }
  return found;
}

std::optional<ProcStat> Proc::stat(int pid) const {
  const UniqueFd file = open_to_read(path(pid, "stat").c_str());
  std::array<char, kMaxStatBytes> buffer;  // NOLINT(*-member-init): filled below
  const ssize_t count = file.is_open() ? read_some(file.get(), buffer.data(), buffer.size()) : -1;
  if (count < 0) {
    return std::nullopt;
  }
  return parse_stat({buffer.data(), static_cast<std::size_t>(count)});
}

std::vector<std::string> Proc::arguments(int pid) const {
  std::vector<std::string> arguments;
  const auto text = read_start(path(pid, "cmdline"), kMaxArgumentBytes);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  for (auto end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
    arguments.push_back(clean_utf8(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return arguments;
}

std::string Proc::gluster_version(int pid) const {
  const UniqueFd file = open_to_read(path(pid, "maps").c_str());
  if (!file.is_open()) {
    return {};
  }
  constexpr std::size_t kStep = 32UL * 1024;
  std::string text;
  std::size_t total = 0;
  while (total < kMaxMapsBytes) {
    const std::size_t kept = text.size();
    text.resize(kept + kStep);
    const ssize_t count = read_some(file.get(), text.data() + kept, kStep);
    if (count <= 0) {
      return {};
    }
    text.resize(kept + static_cast<std::size_t>(count));
    total += static_cast<std::size_t>(count);
    if (auto version = gluster_version_in(text); !version.empty()) {
      return version;
    }
    const auto line = text.rfind('\n');  // what follows is the start of a line
    text.erase(0, line == std::string::npos ? text.size() : line + 1);
  }
  return {};
}

std::optional<std::uint64_t> Proc::open_fds(int pid) const {
  const std::string fds = path(pid, "fd");
  struct stat status {};
  if (kernel_counts_fds_) {
    if (::stat(fds.c_str(), &status) != 0) {
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(status.st_size);
  }
  const Folder folder(::opendir(fds.c_str()));
  if (folder == nullptr) {
    return std::nullopt;
  }
  std::uint64_t count = 0;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    count += entry->d_name[0] != '.' ? 1 : 0;
  }
  return errno == 0 ? std::optional(count) : std::nullopt;
}

std::optional<std::vector<std::uint64_t>> Proc::open_sockets(int pid) const {
  const Folder folder(::opendir(path(pid, "fd").c_str()));
  if (folder == nullptr) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> sockets;
  std::size_t files = 0;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (++files > kMaxFiles) {
      return std::nullopt;
    }
    std::array<char, 64> link{};
    const ssize_t size = ::readlinkat(::dirfd(folder.get()), static_cast<const char*>(entry->d_name),
                                      link.data(), link.size());
    constexpr std::string_view kSocket = "socket:[";
    std::string_view target(link.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    if (target.starts_with(kSocket) && target.ends_with(']')) {
      target.remove_prefix(kSocket.size());
      target.remove_suffix(1);
      if (const auto inode = to_number(target)) {
        sockets.push_back(*inode);
      }
    }
    errno = 0;  // a file closed meanwhile, or an entry that is no link
  }
  if (errno != 0) {
    return std::nullopt;
  }
  std::ranges::sort(sockets);
  return sockets;
}

std::optional<std::uint64_t> Proc::boot_time() const {
  const auto text = read_start(root_ + "/stat", kMaxBootBytes);
  constexpr std::string_view kName = "\nbtime ";
  const auto at = text ? text->find(kName) : std::string::npos;
  if (at == std::string::npos) {
    return std::nullopt;
  }
  const auto line = std::string_view(*text).substr(at + kName.size());
  return to_number(line.substr(0, line.find('\n')));
}

}  // namespace glusterfs_exporter::gluster::local
