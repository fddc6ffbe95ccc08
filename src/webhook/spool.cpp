#include "webhook/spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/system_error.hpp"
#include "common/to_number.hpp"

namespace glusterfs_exporter::webhook {
namespace {

constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kUnfinished = ".unfinished";
constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 30U;  ///< of one that this program would write

std::string file_name(std::uint64_t sequence, std::string_view id) {
  return fmt::format("{:020}.{}{}", sequence, id, kSuffix);  // so that names sort as numbers do
}

/// What `name` says, if it is one that this program gives.
std::optional<Spool::Stored> parse_name(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos || !name.ends_with(kSuffix) || name.size() < dot + 2 + kSuffix.size()) {
    return std::nullopt;
  }
  const auto sequence = to_number<std::uint64_t>(name.substr(0, dot));
  std::string id(name.substr(dot + 1, name.size() - dot - 1 - kSuffix.size()));
  if (!sequence || file_name(*sequence, id) != name) {
    return std::nullopt;
  }
  return Spool::Stored{.sequence = *sequence, .id = std::move(id), .bytes = 0};
}

/// All of it, or the errno of what went wrong.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

std::size_t Spool::bytes_on_disk(std::size_t bytes) {
  return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

Result<Spool> Spool::open(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (error) {
    return failed_at(folder.parent_path().string(), error.value());
  }
  constexpr mode_t kOwnerOnly = 0700;
  if (::mkdir(folder.c_str(), kOwnerOnly) != 0 && errno != EEXIST) {
    return failed_at(folder.string(), errno);
  }
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.is_open()) {
    return failed_at(folder.string(), errno);
  }
  if (::faccessat(fd.get(), ".", W_OK, AT_EACCESS) != 0) {
    return failed_at(folder.string(), errno);
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    if (number == EWOULDBLOCK) {
      return std::unexpected(Error{
          ErrorKind::exit, folder.string() + ": another program uses it; give each one a folder of its own"});
    }
    return failed_at(folder.string(), number);
  }
  Spool spool(folder, std::move(fd));
  if (auto looked = spool.look_through(); !looked) {
    return std::unexpected(std::move(looked.error()));
  }
  return spool;
}

Result<void> Spool::look_through() {
  std::error_code error;
  auto entry = std::filesystem::directory_iterator(folder_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.ends_with(kUnfinished)) {
      ::unlinkat(folder_fd_.get(), name.c_str(), 0);
      continue;
    }
    struct stat status {};
    auto stored = parse_name(name);
    if (stored && ::fstatat(folder_fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode)) {
      stored->bytes = bytes_on_disk(static_cast<std::size_t>(status.st_size));
      found_.push_back(*std::move(stored));
    }
  }
  if (error) {
    return failed_at(folder_.string(), error.value());
  }
  std::ranges::sort(found_, {}, &Stored::sequence);
  return {};
}

Result<void> Spool::write(std::uint64_t sequence, const std::string& id, const std::string& body) {
  const auto name = file_name(sequence, id);
  const auto unfinished = name + std::string(kUnfinished);
  constexpr mode_t kOwnerOnly = 0600;
  int number = 0;
  {
    const UniqueFd fd(::openat(folder_fd_.get(), unfinished.c_str(),
                               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
    if (!fd.is_open()) {
      return failed_at((folder_ / name).string(), errno);
    }
    number = write_all(fd.get(), body);
    // The name may reach the disk before the bytes do; a crash of the machine would leave an empty document.
    if (number == 0 && ::fdatasync(fd.get()) != 0) {
      number = errno;
    }
  }
  if (number == 0 && ::renameat(folder_fd_.get(), unfinished.c_str(), folder_fd_.get(), name.c_str()) != 0) {
    number = errno;
  }
  if (number != 0) {
    ::unlinkat(folder_fd_.get(), unfinished.c_str(), 0);
    return failed_at((folder_ / name).string(), number);
  }
  return {};
}

Result<std::string> Spool::read(std::uint64_t sequence, const std::string& id) const {
  const auto name = file_name(sequence, id);
  const UniqueFd fd(::openat(folder_fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!fd.is_open() || ::fstat(fd.get(), &status) != 0) {
    return failed_at((folder_ / name).string(), errno);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMaxDocumentBytes) {
    return failed_at((folder_ / name).string(), EFBIG);
  }
  std::string body(size, '\0');
  std::size_t held = 0;
  while (held < size) {
    const auto got = ::read(fd.get(), body.data() + held, size - held);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return failed_at((folder_ / name).string(), got < 0 ? errno : EIO);
    }
    held += static_cast<std::size_t>(got);
  }
  return body;
}

void Spool::remove(std::uint64_t sequence, const std::string& id) {
  ::unlinkat(folder_fd_.get(), file_name(sequence, id).c_str(), 0);
}

}  // namespace glusterfs_exporter::webhook
