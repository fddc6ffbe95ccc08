#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/volume.hpp"

/// A cluster that nobody has: volumes of replica 3, each with a brick on every node.
namespace glusterfs_exporter::bench {

struct BrickPlace {
  int volume;  ///< from 0
  int number;  ///< in its volume, from 0
};

class Shape {
 public:
  /// `local` bricks lie on this node, one of a replica set each; there are no more of them than sets.
  Shape(std::string folder, int volumes, int bricks, int local, int fops)
      : folder_(std::move(folder)),
        volumes_(volumes),
        bricks_(bricks),
        local_(std::min(local, volumes * bricks / kReplica)),
        fops_(fops) {}

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] int volumes() const { return volumes_; }
  [[nodiscard]] int bricks() const { return bricks_; }
  [[nodiscard]] int local() const { return local_; }
  /// Every other node has a brick of each volume.
  [[nodiscard]] int nodes() const { return 1 + bricks_; }
  [[nodiscard]] int fops() const { return fops_; }

  /// Names have the same length whatever their number, so that an answer about one volume can be made into
  /// one about another by writing over the name.
  [[nodiscard]] static std::string volume_name(int volume) { return "vol" + digits(volume); }
  [[nodiscard]] static std::string volume_id(int volume) {
    return "47a7754c-d378-4637-b73d-abaa9ecd" + digits(volume);
  }
  [[nodiscard]] static std::string host_of(int node) { return "storage" + digits(node) + ".example.net"; }
  [[nodiscard]] static std::string uuid_of(int node) {
    return "14d6a364-0da8-450d-a3b8-d297726a" + digits(node);
  }

  /// Node 0 is this one.
  [[nodiscard]] int node_of(const BrickPlace& brick) const {
    const int set = brick.volume * (bricks_ / kReplica) + brick.number / kReplica;
    if (brick.number % kReplica == 0 && set < local_) {
      return 0;
    }
    return 1 + brick.number;
  }
  [[nodiscard]] bool is_local(const BrickPlace& brick) const { return node_of(brick) == 0; }

  [[nodiscard]] model::BrickId id_of(const BrickPlace& brick) const {
    const auto name = volume_name(brick.volume) + "/" + digits(brick.number);
    return {host_of(node_of(brick)),
            is_local(brick) ? folder_ + "/bricks/" + name : "/srv/gluster/bricks/" + name + "/brick"};
  }

  [[nodiscard]] std::vector<BrickPlace> local_bricks() const {
    std::vector<BrickPlace> found;
    for (int set = 0; set < local_; ++set) {
      const int sets = bricks_ / kReplica;
      found.push_back({set / sets, set % sets * kReplica});
    }
    return found;
  }

  static constexpr int kReplica = 3;
  static constexpr unsigned kBlockSizes = 32;

  using Option = std::pair<std::string_view, std::string_view>;
  /// As a volume has them after `volume profile start` and with some of what people set.
  [[nodiscard]] static constexpr std::array<Option, 12> options() {
    return {{{"features.cache-invalidation", "on"},
             {"diagnostics.count-fop-hits", "on"},
             {"diagnostics.latency-measurement", "on"},
             {"cluster.granular-entry-heal", "on"},
             {"storage.fips-mode-rchecksum", "on"},
             {"transport.address-family", "inet"},
             {"nfs.disable", "on"},
             {"performance.client-io-threads", "off"},
             {"cluster.server-quorum-type", "server"},
             {"cluster.lookup-optimize", "on"},
             {"performance.cache-size", "256MB"},
             {"auth.allow", "192.0.2.*"}}};
  }
  /// What every brick has counted.
  [[nodiscard]] static std::uint64_t block_count(unsigned power) { return 1'000'003U * (power + 1); }
  [[nodiscard]] static std::uint64_t hits(int fop) { return 70'001U * static_cast<unsigned>(fop + 1); }
  /// Nanoseconds.
  [[nodiscard]] static std::string latency(int fop, double factor) {
    return std::to_string(51'321.259 * factor * (fop + 1));
  }

 private:
  static std::string digits(int number) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04d", number);
    return text.data();
  }

  std::string folder_;
  int volumes_, bricks_, local_, fops_;
};

}  // namespace glusterfs_exporter::bench
