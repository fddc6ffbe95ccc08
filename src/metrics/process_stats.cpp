#include "metrics/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace glusterfs_exporter::metrics {

namespace {

/// The fields of /proc/self/stat from the third one on, as proc(5) numbers them; the second is a name that
/// may hold spaces.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) {
    fields.push_back(field);
  }
  return fields;
}

std::optional<double> boot_time_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    if (word == "btime") {
      double seconds = 0;
      file >> seconds;
      return seconds;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> count_open_fds() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  if (error || count == 0) {
    return std::nullopt;
  }
  return count - 1;  // one of them was opened to list them
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  constexpr std::size_t kFirst = 3;  // the number of the first field we have
  const auto fields = stat_fields();
  const auto field = [&](std::size_t number) { return std::stoull(fields.at(number - kFirst)); };
  if (constexpr std::size_t kNeeded = 24; fields.size() > kNeeded - kFirst) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = static_cast<double>(field(14) + field(15)) / ticks;
    stats.threads = field(20);
    if (const auto boot = boot_time_seconds()) {
      stats.start_time_seconds = *boot + static_cast<double>(field(22)) / ticks;
    }
    stats.virtual_bytes = field(23);
    stats.resident_bytes = field(24) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
  stats.open_fds = count_open_fds();
  if (rlimit limit{}; getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    stats.max_fds = limit.rlim_cur;
  }
  return stats;
}

}  // namespace glusterfs_exporter::metrics
