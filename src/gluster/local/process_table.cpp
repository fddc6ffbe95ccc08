#include "gluster/local/process_table.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace glusterfs_exporter::gluster::local {

namespace {

/// A process that is new is between fork and exec at times; it is looked at by this many reads in a row.
constexpr std::uint64_t kReadsWhileNew = 3;
/// Of the others that are not Gluster's every read looks at one in this many.
constexpr std::uint64_t kReadsForAll = 10;
/// A young process may not have loaded its translators yet, which tell its version.
constexpr std::chrono::minutes kLoadsWithin{1};

std::chrono::nanoseconds now_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::uint64_t positive(long value, std::uint64_t otherwise) {
  return value > 0 ? static_cast<std::uint64_t>(value) : otherwise;
}

}  // namespace

ProcessTable::ProcessTable(const std::filesystem::path& proc_root)
    : proc_(proc_root),
      ticks_per_second_(positive(::sysconf(_SC_CLK_TCK), 100)),
      page_bytes_(positive(::sysconf(_SC_PAGESIZE), 4096)) {}

/// The kernel's "btime" follows the wall clock when that is set. Start times must not wander with every
/// reading of the clocks, nor stay wrong for ever when the machine got the time only after this program had
/// started.
void ProcessTable::follow_clock() {
  constexpr std::chrono::seconds kStep{2};
  const auto offset = now_of(CLOCK_REALTIME) - now_of(CLOCK_BOOTTIME);
  if (boot_time_ && std::chrono::abs(offset - clock_offset_) < kStep) {
    return;
  }
  clock_offset_ = offset;
  boot_time_ = proc_.boot_time();
  for (auto& [pid, seen] : seen_) {
    if (seen.process) {
      seen.process->usage.start_time = start_time(seen.process->key.start_ticks);
    }
  }
}

std::chrono::system_clock::time_point ProcessTable::start_time(std::uint64_t ticks) const {
  const std::chrono::duration<double> since_boot(static_cast<double>(ticks) /
                                                 static_cast<double>(ticks_per_second_));
  const std::chrono::seconds boot(static_cast<std::int64_t>(boot_time_.value_or(0)));
  return std::chrono::system_clock::time_point(boot) +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(since_boot);
}

void ProcessTable::look(int pid, Seen& seen) {
  const auto stat = proc_.stat(pid);
  if (!stat || !stat->lives()) {
    seen.process.reset();
    return;
  }
  if (stat->comm != seen.comm) {  // it has called exec: all may be different
    seen.comm = stat->comm;
    seen.first_read = reads_;
    seen.process.reset();
  }
  if (seen.process && seen.process->key.start_ticks != stat->start_ticks) {
    seen.process.reset();
  }
  if (!seen.process) {
    if (!may_be_gluster(stat->comm)) {
      return;
    }
    auto command = read_command(stat->comm, proc_.arguments(pid));
    if (!command) {
      return;
    }
    seen.process = GlusterProcess{.key = {.pid = pid, .start_ticks = stat->start_ticks},
                                  .parent = stat->parent,
                                  .command = *std::move(command),
                                  .version = proc_.gluster_version(pid),
                                  .usage = {}};
    seen.process->usage.start_time = start_time(stat->start_ticks);
  }
  auto& process = *seen.process;
  if (process.version.empty() && std::chrono::system_clock::now() - process.usage.start_time < kLoadsWithin) {
    process.version = proc_.gluster_version(pid);
  }
  process.parent = stat->parent;
  process.usage.cpu_seconds =
      static_cast<double>(stat->user_ticks + stat->system_ticks) / static_cast<double>(ticks_per_second_);
  process.usage.resident_bytes = stat->resident_pages * page_bytes_;
  process.usage.threads = stat->threads;
  process.usage.open_fds = proc_.open_fds(pid);
}

Result<std::vector<const GlusterProcess*>> ProcessTable::read() {
  auto listed = proc_.processes();
  if (!listed) {
    return std::unexpected(std::move(listed.error()));
  }
  ++reads_;
  follow_clock();
  std::vector<const GlusterProcess*> found;
  for (const auto& entry : *listed) {
    auto [at, is_new] = seen_.try_emplace(entry.pid);
    Seen& seen = at->second;
    if (is_new || seen.inode != entry.inode) {
      seen = {.inode = entry.inode, .first_read = reads_, .last_read = 0, .comm = {}, .process = {}};
    }
    seen.last_read = reads_;
    const bool due = seen.process || reads_ - seen.first_read < kReadsWhileNew ||
                     (reads_ + static_cast<std::uint64_t>(entry.pid)) % kReadsForAll == 0;
    if (due) {
      look(entry.pid, seen);
    }
    if (seen.process) {
      found.push_back(&*seen.process);  // an element of the map stays where it is
    }
  }
  std::erase_if(seen_, [this](const auto& item) { return item.second.last_read != reads_; });
  std::ranges::sort(found, {}, [](const GlusterProcess* process) { return process->key.pid; });
  return found;
}

}  // namespace glusterfs_exporter::gluster::local
