#include "gluster/cli/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace glusterfs_exporter::gluster {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFirstFdAfterStderr = 3;
constexpr std::chrono::seconds kReapLimit{2};
constexpr std::chrono::milliseconds kReapStep{1};
constexpr int kSignalStatusBase = 128;  // as shells report an end by signal

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

std::unexpected<Error> cannot_start(const std::string& program, const std::string& why) {
  return std::unexpected(Error{ErrorKind::spawn, "cannot start " + program + ": " + why});
}

std::unexpected<Error> cannot_start(const std::string& program, int error_number) {
  return cannot_start(program, std::generic_category().message(error_number));
}

/// On failure errno says why.
std::optional<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
    return std::nullopt;
  }
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// Whether ended children become zombies that wait to be reaped, as they do unless somebody asked otherwise.
/// Without zombies a number could be given to another process while we still signal it.
bool keeps_zombies() {
  struct sigaction action {};
  return ::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler != SIG_IGN &&
         (action.sa_flags & SA_NOCLDWAIT) == 0;
}

/// The two objects in which posix_spawn takes its options.
class SpawnOptions {
 public:
  SpawnOptions(int out, int err) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    note(::posix_spawnattr_init(&attributes_));
    note(::posix_spawnattr_setpgroup(&attributes_, 0));
    note(::posix_spawnattr_setsigmask(&attributes_, &none));
    note(::posix_spawnattr_setsigdefault(&attributes_, &all));
    note(::posix_spawnattr_setflags(&attributes_,
                                    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));

    note(::posix_spawn_file_actions_init(&actions_));
    // In a process that was itself started with closed standard streams `out` may be 1 or 2, and `err` is
    // above them: in this order nothing is overwritten before it was used.
    note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    note(::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO));
    note(::posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO));
    // Libraries of this process may hold sockets that are not close-on-exec; a child must not keep them open.
    note(::posix_spawn_file_actions_addclosefrom_np(&actions_, kFirstFdAfterStderr));
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;
  ~SpawnOptions() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// 0, or the error number of the first option that could not be set.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  void note(int error) {
    if (error_ == 0) {
      error_ = error;
    }
  }

  int error_ = 0;
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

bool sets_locale(std::string_view variable) {
  return variable.starts_with("LC_") || variable.starts_with("LANG=") || variable.starts_with("LANGUAGE=");
}

/// Reads this process's environment, which nobody may change once threads run.
std::vector<std::string> environment_in_c_locale() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!sets_locale(*variable)) {
      variables.emplace_back(*variable);
    }
  }
  variables.emplace_back("LC_ALL=C");
  return variables;
}

/// Valid as long as `strings` is neither changed nor destroyed.
std::vector<char*> null_terminated(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) {
    pointers.push_back(string.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

int exit_status(int wait_status) {
  return WIFSIGNALED(wait_status) ? kSignalStatusBase + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/// By number, because glibc 2.36 declares pidfd_open without extern "C". The descriptor is close-on-exec.
int open_pidfd(pid_t leader) {
  return static_cast<int>(::syscall(SYS_pidfd_open, leader, 0));
}

/// Waits without limit, on a thread that nobody waits for.
void reap_in_background(pid_t leader) {
  try {
    std::thread([leader] {
      while (::waitpid(leader, nullptr, 0) < 0 && errno == EINTR) {
      }
    }).detach();
  } catch (const std::system_error&) {
    // No thread to be had: the zombie stays until this program ends, which harms nobody.
  }
}

}  // namespace

Result<Child> Child::start(const std::string& program, const std::vector<std::string>& argv) {
  if (!keeps_zombies()) {
    return cannot_start(program, std::string("this process ignores SIGCHLD"));
  }
  auto out = make_pipe();
  if (!out) {
    return cannot_start(program, errno);
  }
  auto err = make_pipe();
  if (!err) {
    return cannot_start(program, errno);
  }
  const SpawnOptions options(out->write_end.get(), err->write_end.get());
  if (options.error() != 0) {
    return cannot_start(program, options.error());
  }

  std::vector<std::string> arguments = argv;
  std::vector<std::string> environment = environment_in_c_locale();
  pid_t leader = -1;
  const int error = ::posix_spawn(&leader, program.c_str(), options.actions(), options.attributes(),
                                  null_terminated(arguments).data(), null_terminated(environment).data());
  if (error != 0) {
    return cannot_start(program, error);
  }

  Child child(leader, std::move(out->read_end), std::move(err->read_end));
  child.ended_ = UniqueFd(open_pidfd(leader));
  if (!child.ended_.is_open()) {
    return cannot_start(program, errno);
  }
  return child;
}

Child::Child(pid_t leader, UniqueFd out, UniqueFd err)
    : leader_(leader), out_(std::move(out)), err_(std::move(err)) {}

Child::Child(Child&& other) noexcept
    : leader_(std::exchange(other.leader_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      ended_(std::move(other.ended_)) {}

Child::~Child() {
  if (leader_ > 0) {
    end();
  }
}

void Child::terminate(std::chrono::milliseconds grace) const {
  ::kill(-leader_, SIGTERM);
  const auto limit = Clock::now() + grace;
  pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
  int result = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now());
    result = ::poll(&ended, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
  } while (result < 0 && errno == EINTR);
}

std::optional<int> Child::end() {
  ::kill(-leader_, SIGKILL);
  ::kill(leader_, SIGKILL);  // it may have moved to another group
  const pid_t leader = std::exchange(leader_, -1);
  const auto limit = Clock::now() + kReapLimit;
  int wait_status = 0;
  pid_t reaped = 0;
  while ((reaped = ::waitpid(leader, &wait_status, WNOHANG)) == 0 && Clock::now() < limit) {
    std::this_thread::sleep_for(kReapStep);
  }
  if (reaped == 0) {
    reap_in_background(leader);
  }
  return reaped > 0 ? std::optional(exit_status(wait_status)) : std::nullopt;
}

}  // namespace glusterfs_exporter::gluster
