#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "gluster/fops.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// As io-stats counts them: from 1 to 2^31 bytes.
constexpr std::size_t kBlockSizes = 32;

struct Entry {
  std::string name;
  std::uint64_t hits = 0;
  double average = 0, minimum = 0, maximum = 0;  ///< in the answer's unit

  [[nodiscard]] bool has_latency() const { return maximum > 0; }
};

bool could_be_upcall(const Entry& entry) {
  const auto number = fop_number(entry.name);
  return number && *number < kUpcalls.size() && !entry.has_latency();
}

/// Where in the list the upcalls begin.
///
/// Fops come in the order of their numbers, so a number that does not grow is the first upcall's. Where the
/// numbers never fall back, upcalls are the tail without latencies — unless nothing has latencies, as is so
/// when Gluster counts fops without timing them.
std::size_t first_upcall(std::span<const Entry> entries) {
  std::size_t next_number = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto number = fop_number(entries[i].name).value_or(next_number);  // a fop newer than this table
    if (number < next_number) {
      return i;
    }
    next_number = number + 1;
  }
  if (std::ranges::none_of(entries, &Entry::has_latency)) {
    return entries.size();
  }
  std::size_t tail = entries.size();
  while (tail > 0 && could_be_upcall(entries[tail - 1])) {
    --tail;
  }
  return tail;
}

void read_fops(std::span<const Entry> entries, double unit, model::BrickProfile& profile) {
  const auto upcalls_from = first_upcall(entries);
  profile.fops.reserve(upcalls_from);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (i < upcalls_from) {
      const double total = latency_seconds(entry.average * static_cast<double>(entry.hits), unit);
      if (!std::isfinite(total)) {
        continue;
      }
      profile.fops.push_back({entry.name, entry.hits, is_timed_fop(entry.name), total,
                              latency_seconds(entry.minimum, unit), latency_seconds(entry.maximum, unit)});
    } else if (const auto number = fop_number(entry.name); number && *number < kUpcalls.size()) {
      profile.upcalls.push_back({std::string(kUpcalls[*number]), entry.hits});
    }
  }
}

Result<BrickProfileRecord> read_brick(pugi::xml_node node, double unit) {
  auto id = to_brick_id(node.child_value("brickName"));
  if (!id) {
    return missing("volume_profile", "brickName");
  }
  const auto stats = node.child("cumulativeStats");
  if (!stats) {
    return missing("volume_profile", "cumulativeStats");
  }
  BrickProfileRecord brick{*std::move(id), {}};
  brick.profile.blocks.reserve(kBlockSizes);
  for (const auto block : stats.child("blockStats").children("block")) {
    const auto size = number_of(block, "size");
    const auto reads = number_of(block, "reads");
    const auto writes = number_of(block, "writes");
    if (size && reads && writes) {
      brick.profile.blocks.push_back({*size, *reads, *writes});
    }
  }
  std::vector<Entry> entries;
  entries.reserve(kFops.size() + kUpcalls.size());
  for (const auto fop : stats.child("fopStats").children("fop")) {
    entries.push_back({text_of(fop, "name"), number_of(fop, "hits").value_or(0), real_of(fop, "avgLatency"),
                       real_of(fop, "minLatency"), real_of(fop, "maxLatency")});
  }
  read_fops(entries, unit, brick.profile);
  brick.profile.bytes_read = number_of(stats, "totalRead").value_or(0);
  brick.profile.bytes_written = number_of(stats, "totalWrite").value_or(0);
  return brick;
}

}  // namespace

Result<ProfileRecord> read_profile(pugi::xml_node root, double latency_unit_seconds) {
  const auto profile = root.child("volProfile");
  if (!profile) {
    return missing("volume_profile", "volProfile");
  }
  ProfileRecord record;
  for (const auto node : profile.children("brick")) {
    auto brick = read_brick(node, latency_unit_seconds);
    if (!brick) {
      return std::unexpected(std::move(brick.error()));
    }
    record.push_back(*std::move(brick));
  }
  return record;
}

}  // namespace glusterfs_exporter::gluster
