#include "config/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "config/values.hpp"

namespace glusterfs_exporter::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<ConfigError> fail(const std::string& path, std::string message) {
  return std::unexpected(ConfigError{.place = printable(path), .message = std::move(message)});
}

std::unexpected<ConfigError> cannot_read(const std::string& path, int error) {
  return fail(path, "cannot be read: " + std::generic_category().message(error));
}

}  // namespace

std::expected<std::string, ConfigError> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
    return cannot_read(path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    return fail(path, "must be a file, is a directory");
  }
  std::string text(kMaxFileBytes + 1, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + length, text.size() - length);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return cannot_read(path, errno);
    }
    if (count == 0) {
      break;
    }
    length += static_cast<std::size_t>(count);
  }
  if (length > kMaxFileBytes) {
    return fail(path, "must not be larger than 1 MiB");
  }
  text.resize(length);
  return text;
}

}  // namespace glusterfs_exporter::config
