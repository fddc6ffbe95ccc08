#include "common/init_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace glusterfs_exporter {
namespace {

constexpr int kSignalStatusBase = 128;  // as shells report an end by signal

/// Reaps whatever has ended; the exit status of `worker` if it was among them.
std::optional<int> reap(pid_t worker) {
  std::optional<int> status;
  int wait_status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &wait_status, WNOHANG)) > 0;) {
    if (ended == worker) {
      status =
          WIFSIGNALED(wait_status) ? kSignalStatusBase + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
    }
  }
  return status;
}

}  // namespace

std::optional<int> run_below_init() {
  if (::getpid() != 1) {
    return std::nullopt;
  }
  // Blocked before the fork: a signal that comes in between waits until somebody takes it.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t worker = ::fork();
  if (worker <= 0) {
    if (worker < 0) {
      std::perror("glusterfs_exporter: orphans will not be reaped, for it cannot fork");
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return std::nullopt;
  }
  for (;;) {
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&all, &info);
    if (signal == SIGCHLD) {
      // One SIGCHLD may stand for several that ended.
      if (const auto status = reap(worker)) {
        return status;
      }
    } else if (signal > 0) {
      ::kill(worker, signal);
    }
  }
}

}  // namespace glusterfs_exporter
