#pragma once

#include <functional>

#include "collect/collector.hpp"
#include "exchange/neighbours.hpp"
#include "gluster/chosen_glusterd.hpp"
#include "gluster/node_source.hpp"
#include "gluster/source.hpp"

namespace glusterfs_exporter::test {

/// A cluster that answers whatever the test says. Every question is a function that may be replaced.
class FakeSource : public gluster::Source {
 public:
  template <class T>
  using Answer = std::function<Result<T>()>;
  template <class T>
  using VolumeAnswer = std::function<Result<T>(const std::string&)>;

  Answer<gluster::Topology> on_topology = [] { return gluster::Topology{}; };
  Answer<gluster::PeerList> on_peers = [] { return gluster::PeerList{}; };
  Answer<gluster::PerVolume<gluster::StatusRecord>> on_status = [] {
    return gluster::PerVolume<gluster::StatusRecord>{};
  };
  VolumeAnswer<gluster::StatusRecord> on_volume_status = [](const std::string&) {
    return gluster::StatusRecord{};
  };
  Answer<gluster::PerVolume<gluster::DetailRecord>> on_detail = [] {
    return gluster::PerVolume<gluster::DetailRecord>{};
  };
  VolumeAnswer<gluster::DetailRecord> on_volume_detail = [](const std::string&) {
    return gluster::DetailRecord{};
  };
  VolumeAnswer<gluster::ProfileRecord> on_profile = [](const std::string&) {
    return gluster::ProfileRecord{};
  };
  VolumeAnswer<gluster::HealRecord> on_heal_count = [](const std::string&) { return gluster::HealRecord{}; };
  VolumeAnswer<gluster::HealRecord> on_heal_summary = [](const std::string&) {
    return gluster::HealRecord{};
  };

  Result<gluster::Topology> topology() override { return on_topology(); }
  Result<gluster::PeerList> peers() override { return on_peers(); }
  Result<std::uint64_t> op_version() override { return 100000U; }
  Result<std::string> version() override { return "10.3"; }
  Result<std::uint64_t> max_op_version() override { return 100000U; }
  Result<gluster::PerVolume<gluster::StatusRecord>> status() override { return on_status(); }
  Result<gluster::StatusRecord> status(const std::string& volume) override {
    return on_volume_status(volume);
  }
  Result<gluster::PerVolume<gluster::DetailRecord>> detail() override { return on_detail(); }
  Result<gluster::DetailRecord> detail(const std::string& volume) override {
    return on_volume_detail(volume);
  }
  Result<gluster::ProfileRecord> profile(const std::string& volume) override { return on_profile(volume); }
  Result<gluster::HealRecord> heal_count(const std::string& volume) override { return on_heal_count(volume); }
  Result<gluster::HealRecord> heal_summary(const std::string& volume) override {
    return on_heal_summary(volume);
  }
  Result<std::vector<model::QuotaLimit>> quota(const std::string&) override {
    return std::vector<model::QuotaLimit>{};
  }
  Result<model::RebalanceReport> rebalance(const std::string&, const gluster::TaskRecord&) override {
    return model::RebalanceReport{};
  }
  Result<model::SnapshotReport> snapshots(const std::string&) override { return model::SnapshotReport{}; }
  Result<std::vector<model::GeoReplicationWorker>> geo_replication() override {
    return std::vector<model::GeoReplicationWorker>{};
  }
  Result<model::BitrotReport> bitrot(const std::string&) override { return model::BitrotReport{}; }
  Result<gluster::TopRecord> top(const std::string&, model::TopCall, std::size_t) override {
    return gluster::TopRecord{};
  }
};

/// A node that answers whatever the test says. Group by group as with the real one, but from any thread.
class FakeNode : public gluster::NodeSource {
 public:
  std::function<Result<gluster::NodeProcesses>(std::span<const gluster::LocalBrick>)> on_processes =
      [](std::span<const gluster::LocalBrick>) { return gluster::NodeProcesses{}; };
  std::function<Result<gluster::BrickFilesystem>(const std::string&)> on_filesystem = [](const std::string&) {
    return gluster::BrickFilesystem{{100, 40, 10, 4}, "/dev/sda", "xfs"};
  };
  std::function<Result<gluster::HealIndex>(const std::string&)> on_heal_index = [](const std::string&) {
    return gluster::HealIndex{};
  };
  std::function<Result<model::BrickProfile>(const gluster::LocalBrick&)> on_profile =
      [](const gluster::LocalBrick&) { return model::BrickProfile{}; };

  std::function<std::optional<gluster::Sockets>()> on_open_sockets = [] { return std::nullopt; };

  std::optional<gluster::Sockets> open_sockets(const gluster::ProcessKey&) override {
    return on_open_sockets();
  }
  Result<gluster::NodeProcesses> processes(const std::string&,
                                           std::span<const gluster::LocalBrick> bricks) override {
    return on_processes(bricks);
  }
  Result<gluster::BrickFilesystem> filesystem(const std::string& path) override {
    return on_filesystem(path);
  }
  Result<gluster::HealIndex> heal_index(const std::string& path) override { return on_heal_index(path); }
  Result<std::map<std::string, model::ThinPool>> thin_pools(std::span<const std::string>) override {
    return std::map<std::string, model::ThinPool>{};
  }
  Result<model::BrickProfile> profile(const gluster::LocalBrick& brick,
                                      const gluster::BrickProcess&) override {
    return on_profile(brick);
  }
  Result<model::BrickInternals> internals(const gluster::LocalBrick&, const gluster::BrickProcess&) override {
    return model::BrickInternals{};
  }
};

/// The other nodes' exporters; by default nobody answers.
class FakeExporters : public exchange::NeighbourSource {
 public:
  std::function<Result<model::NodeReport>(const exchange::Peer&)> on_ask =
      [](const exchange::Peer&) -> Result<model::NodeReport> {
    return std::unexpected(Error{ErrorKind::connect, "refused"});
  };

  exchange::Answers ask(std::span<const exchange::Peer> peers) override {
    exchange::Answers answers;
    for (const auto& peer : peers) {
      answers.emplace(peer.uuid, on_ask(peer));
    }
    return answers;
  }
};

/// All of them, as a scheduler wants them; glusterd is asked through the CLI.
struct FakeSources {
  explicit FakeSources(gluster::Source& asked)
      : cli(asked), glusterd(std::nullopt, &cli, [](std::string_view, const Error&) {}) {}

  gluster::Source& cli;
  gluster::ChosenGlusterd glusterd;
  FakeNode node;
  FakeExporters exporters;

  collect::Sources all() { return {glusterd, cli, node, exporters}; }
};

/// A started replica-3 volume with profiling on.
inline gluster::VolumeRecord volume_record(const std::string& name) {
  gluster::VolumeRecord volume;
  volume.name = name;
  volume.id = "id-of-" + name;
  volume.type = model::VolumeType::replicate;
  volume.status = model::VolumeStatus::started;
  volume.replica_count = 3;
  for (const std::string node : {"1", "2", "3"}) {
    volume.bricks.push_back({{"node" + node, "/srv/" + name}, "uuid" + node, false});
  }
  volume.options = {{"diagnostics.count-fop-hits", "on"}, {"diagnostics.latency-measurement", "on"}};
  return volume;
}

inline gluster::StatusRecord all_online(const gluster::VolumeRecord& volume) {
  gluster::StatusRecord status;
  for (const auto& brick : volume.bricks) {
    status.bricks.push_back({brick.id, true});
  }
  return status;
}

}  // namespace glusterfs_exporter::test
