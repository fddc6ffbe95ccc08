#include "gluster/fops.hpp"
#include "gluster/rpc/answers.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

/// The interval -1 stands for all the time since the brick's start.
const std::string kPrefix = "-1-";

/// Sizes from 1 to 2^31 bytes, as io-stats counts them and the CLI lists them.
constexpr unsigned kBlockSizes = 32;

/// The brick prints the size as a signed number of 32 bits; the largest one comes out negative.
std::string block_key(const char* direction, unsigned power) {
  return kPrefix + direction + "-" + std::to_string(static_cast<std::int32_t>(1U << power));
}

void read_blocks(const Dict& dict, model::BrickProfile& profile) {
  profile.blocks.reserve(kBlockSizes);
  for (unsigned power = 0; power < kBlockSizes; ++power) {
    profile.blocks.push_back({std::uint64_t{1} << power, dict.number(block_key("read", power)).value_or(0),
                              dict.number(block_key("write", power)).value_or(0)});
  }
}

void read_fops(const Dict& dict, double unit, model::BrickProfile& profile) {
  for (std::size_t number = 0; number < kFops.size(); ++number) {
    const auto key = kPrefix + std::to_string(number) + "-";
    const auto hits = dict.number(key + "hits");
    const auto average = dict.real(key + "avglatency");
    const auto minimum = dict.real(key + "minlatency");
    const auto maximum = dict.real(key + "maxlatency");
    if (hits && average && minimum && maximum) {
      const double total = latency_seconds(*average * static_cast<double>(*hits), unit);
      if (!std::isfinite(total)) {
        continue;
      }
      profile.fops.push_back({std::string(kFops[number]), *hits, is_timed_fop(kFops[number]), total,
                              latency_seconds(*minimum, unit), latency_seconds(*maximum, unit)});
    }
  }
}

void read_upcalls(const Dict& dict, model::BrickProfile& profile) {
  for (std::size_t number = 0; number < kUpcalls.size(); ++number) {
    if (const auto hits = dict.number(kPrefix + std::to_string(number) + "-upcall-hits")) {
      profile.upcalls.push_back({std::string(kUpcalls[number]), *hits});
    }
  }
}

}  // namespace

Result<model::BrickProfile> read_brick_profile(const Dict& dict, double latency_unit_seconds) {
  const auto bytes_read = dict.number(kPrefix + "total-read");
  const auto bytes_written = dict.number(kPrefix + "total-write");
  if (!bytes_read || !bytes_written) {
    return missing_key(kPrefix + (bytes_read ? "total-write" : "total-read"));
  }
  model::BrickProfile profile;
  profile.bytes_read = *bytes_read;
  profile.bytes_written = *bytes_written;
  read_blocks(dict, profile);
  read_fops(dict, latency_unit_seconds, profile);
  read_upcalls(dict, profile);
  return profile;
}

}  // namespace glusterfs_exporter::gluster::rpc
