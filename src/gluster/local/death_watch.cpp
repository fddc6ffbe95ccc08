#include "gluster/local/death_watch.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "gluster/local/proc.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

constexpr std::uint64_t kStopId = 0;
constexpr std::uint64_t kGoneId = 1;

/// Processes that end together end within this time of each other.
constexpr int kBurstMs = 5;
/// However many end one after another, the first is told after some bursts.
constexpr int kMaxBursts = 4;

UniqueFd open_pidfd(pid_t pid) {
#ifdef SYS_pidfd_open
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));  // close-on-exec by itself
#else
  errno = ENOSYS;
  return UniqueFd();
#endif
}

bool add_to(const UniqueFd& epoll, int fd, std::uint64_t id) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = id;
  return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void raise(const UniqueFd& event) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event.get(), &one, sizeof one);  // fails only when raised
}

void lower(const UniqueFd& event) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(event.get(), &count, sizeof count);  // fails only when lowered
}

}  // namespace

DeathWatch::DeathWatch(std::function<void()> on_death)
    : on_death_(std::move(on_death)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      gone_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      last_id_(kGoneId) {
  available_ = open_pidfd(::getpid()).is_open() && epoll_.is_open() && stop_event_.is_open() &&
               gone_event_.is_open() && add_to(epoll_, stop_event_.get(), kStopId) &&
               add_to(epoll_, gone_event_.get(), kGoneId);
}

DeathWatch::~DeathWatch() {
  stop();
}

void DeathWatch::start() {
  if (available_ && !thread_.joinable()) {
    thread_ = std::thread([this] { run(); });
  }
}

void DeathWatch::stop() {
  if (thread_.joinable()) {
    raise(stop_event_);
    thread_.join();
    lower(stop_event_);
  }
}

void DeathWatch::watch(const std::set<ProcessKey>& processes) {
  if (!available_) {
    return;
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(watched_, [&](const auto& item) {
    const bool leaves = !processes.contains(item.first);
    if (leaves) {
      by_id_.erase(item.second.id);
    }
    return leaves;
  });
  for (const auto& key : processes) {
    if (watched_.size() >= kMaxWatched) {
      return;
    }
    if (!watched_.contains(key)) {
      add(key);
    }
  }
}

void DeathWatch::add(const ProcessKey& key) {
  Watched watched{.pidfd = open_pidfd(key.pid), .id = ++last_id_};
  if (!watched.pidfd.is_open() && errno != ESRCH && errno != EINVAL) {
    return;
  }
  // Only now is it certain which process the number stands for.
  const auto stat = watched.pidfd.is_open() ? Proc("/proc").stat(key.pid) : std::nullopt;
  if (!stat || stat->start_ticks != key.start_ticks) {
    watched_.emplace(key, Watched{});
    raise(gone_event_);
    return;
  }
  if (add_to(epoll_, watched.pidfd.get(), watched.id)) {
    by_id_.emplace(watched.id, key);
    watched_.emplace(key, std::move(watched));
  }
}

bool DeathWatch::take_events(int timeout_ms, bool& stopping) {
  constexpr int kAtOnce = 64;
  std::array<epoll_event, kAtOnce> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), kAtOnce, timeout_ms);
  bool died = false;
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t id = events.at(static_cast<std::size_t>(i)).data.u64;
    if (id == kStopId) {
      stopping = true;
    } else if (id == kGoneId) {
      lower(gone_event_);
      died = true;
    } else if (const auto key = by_id_.find(id); key != by_id_.end()) {
      watched_.at(key->second).pidfd = UniqueFd();
      by_id_.erase(key);
      died = true;
    }
  }
  return died;
}

void DeathWatch::run() {
  bool stopping = false;
  while (!stopping) {
    if (!take_events(-1, stopping)) {
      continue;
    }
    for (int burst = 0; burst < kMaxBursts && !stopping && take_events(kBurstMs, stopping); ++burst) {
    }
    if (stopping) {
      raise(gone_event_);  // told after the next start
      return;
    }
    on_death_();
  }
}

}  // namespace glusterfs_exporter::gluster::local
