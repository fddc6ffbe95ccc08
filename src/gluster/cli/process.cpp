#include "gluster/cli/process.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "gluster/cli/child.hpp"

namespace glusterfs_exporter::gluster {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxErrorBytes = 4096;
constexpr std::size_t kReadBytes = 65536;  // a pipe's usual capacity
constexpr milliseconds kTermGrace{500};

/// What is read from one of the program's outputs.
struct Output {
  int fd;             ///< -1 once its end was seen
  std::size_t limit;  ///< how much of it is kept
  std::string text;
  bool exceeded = false;  ///< there was more than `limit`
};

enum class Outcome { ended, oversize, timeout, cancelled };

/// Reads once, at most `most` bytes; to be called when something is there. The number of bytes read.
std::size_t read_some(Output& output, std::size_t most) {
  std::array<char, kReadBytes> buffer;
  ssize_t got = 0;
  do {
    got = ::read(output.fd, buffer.data(), std::min(most, buffer.size()));
  } while (got < 0 && errno == EINTR);
  if (got <= 0) {
    output.fd = -1;
    return 0;
  }
  const auto count = static_cast<std::size_t>(got);
  const std::size_t kept = std::min(count, output.limit - output.text.size());
  output.text.append(buffer.data(), kept);
  output.exceeded = output.exceeded || kept < count;
  return count;
}

/// Reads what lies in the pipe now and no more: some other process may hold its other end and write without
/// end.
void read_rest(Output& output) {
  int waiting = 0;
  if (output.fd < 0 || ::ioctl(output.fd, FIONREAD, &waiting) != 0) {
    return;
  }
  auto left = static_cast<std::size_t>(std::max(waiting, 0));
  while (left > 0 && output.fd >= 0) {
    left -= read_some(output, left);
  }
}

int poll_timeout(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

/// Collects both outputs until the leader ends or a limit is reached. `stop_fd` is readable when this shall
/// stop.
Outcome watch(const Child& child, Output& out, Output& err, int stop_fd, Clock::time_point deadline) {
  for (;;) {
    std::array<pollfd, 4> fds{{{.fd = child.ended_fd(), .events = POLLIN, .revents = 0},
                               {.fd = stop_fd, .events = POLLIN, .revents = 0},
                               {.fd = out.fd, .events = POLLIN, .revents = 0},
                               {.fd = err.fd, .events = POLLIN, .revents = 0}}};
    // A failed poll (EINTR) leaves revents at 0: the next turn asks again, until the deadline.
    ::poll(fds.data(), fds.size(), poll_timeout(deadline));
    if (fds[0].revents != 0) {
      read_rest(out);
      read_rest(err);
      return out.exceeded ? Outcome::oversize : Outcome::ended;
    }
    if (fds[1].revents != 0) {
      return Outcome::cancelled;
    }
    if (fds[2].revents != 0) {
      read_some(out, kReadBytes);
    }
    if (fds[3].revents != 0) {
      read_some(err, kReadBytes);
    }
    if (out.exceeded) {
      return Outcome::oversize;
    }
    if (Clock::now() >= deadline) {
      return Outcome::timeout;
    }
  }
}

/// The command as people write it: `gluster --mode=script pool list`.
std::string display_name(const std::vector<std::string>& argv) {
  std::string text = std::filesystem::path(argv.front()).filename().string();
  for (std::size_t i = 1; i < argv.size(); ++i) {
    text += ' ';
    text += argv[i];
  }
  return text;
}

std::string display_duration(milliseconds duration) {
  constexpr milliseconds::rep kPerSecond = 1000;
  return duration.count() % kPerSecond == 0 ? std::to_string(duration.count() / kPerSecond) + " s"
                                            : std::to_string(duration.count()) + " ms";
}

std::unexpected<Error> failure(ErrorKind kind, const Command& command, const std::string& what) {
  return std::unexpected(Error{kind, display_name(command.argv) + ": " + what});
}

std::unexpected<Error> limit_reached(const Command& command, Outcome outcome, bool reaped) {
  const std::string end = reaped ? ", ended it" : ", told it to end, but it could not be reaped";
  switch (outcome) {
    case Outcome::oversize:
      return failure(ErrorKind::oversize, command,
                     "more than " + std::to_string(command.max_output_bytes) + " bytes of output" + end);
    case Outcome::cancelled:
      return failure(ErrorKind::cancelled, command, "this program is stopping" + end);
    case Outcome::timeout:
    case Outcome::ended:
      break;
  }
  return failure(ErrorKind::timeout, command, "no answer within " + display_duration(command.deadline) + end);
}

bool is_executable_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::eaccess(path.c_str(), X_OK) == 0;
}

std::unexpected<Error> not_found(const std::string& what) {
  return std::unexpected(
      Error{ErrorKind::spawn, what + "; set --gluster.path to the path of the gluster program"});
}

std::vector<std::string> search_folders() {
  std::vector<std::string> folders;
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (folder.starts_with('/')) {
      folders.emplace_back(folder);
    }
  }
  for (const char* folder : {"/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"}) {
    if (std::ranges::find(folders, folder) == folders.end()) {
      folders.emplace_back(folder);
    }
  }
  return folders;
}

Result<std::string> find_by_path(const std::string& program) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(program, error);
  if (error) {
    return not_found(program + ": " + error.message());
  }
  if (is_executable_file(path)) {
    return path.string();
  }
  return not_found(path.string() +
                   (std::filesystem::exists(path, error) ? ": not an executable file" : ": no such file"));
}

Result<std::string> find_by_name(const std::string& program) {
  std::string looked_in;
  for (const std::string& folder : search_folders()) {
    const std::filesystem::path path = std::filesystem::path(folder) / program;
    if (is_executable_file(path)) {
      return path.string();
    }
    looked_in += (looked_in.empty() ? "" : ":") + folder;
  }
  return not_found(program + ": not found in " + looked_in);
}

}  // namespace

Result<std::string> find_program(const std::string& program) {
  if (program.empty()) {
    return not_found("no program named");
  }
  return program.find('/') == std::string::npos ? find_by_name(program) : find_by_path(program);
}

Result<Finished> run_process(const Command& command, std::stop_token stop) {
  if (command.argv.empty()) {
    return not_found("no program named");
  }
  if (stop.stop_requested()) {
    return failure(ErrorKind::cancelled, command, "this program is stopping, did not start it");
  }
  const auto program = find_program(command.argv.front());
  if (!program) {
    return std::unexpected(program.error());
  }
  const UniqueFd stop_fd(::eventfd(0, EFD_CLOEXEC));
  if (!stop_fd.is_open()) {
    return failure(ErrorKind::spawn, command, "cannot start it: " + std::generic_category().message(errno));
  }
  const std::stop_callback on_stop(std::move(stop), [&stop_fd] { ::eventfd_write(stop_fd.get(), 1); });

  const auto deadline = Clock::now() + command.deadline;
  auto child = Child::start(*program, command.argv);
  if (!child) {
    return failure(child.error().kind, command, child.error().context);
  }
  Output out{.fd = child->out_fd(), .limit = command.max_output_bytes, .text = {}};
  Output err{.fd = child->err_fd(), .limit = kMaxErrorBytes, .text = {}};
  const Outcome outcome = watch(*child, out, err, stop_fd.get(), deadline);
  if (outcome != Outcome::ended) {
    child->terminate(kTermGrace);
  }
  const std::optional<int> exit_status = child->end();
  if (outcome != Outcome::ended) {
    return limit_reached(command, outcome, exit_status.has_value());
  }
  if (!exit_status) {
    return failure(ErrorKind::exit, command, "ended, but its exit status is not to be had");
  }
  return Finished{.exit_status = *exit_status, .out = std::move(out.text), .err = std::move(err.text)};
}

}  // namespace glusterfs_exporter::gluster
