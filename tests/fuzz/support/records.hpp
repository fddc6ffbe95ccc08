#pragma once

#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "gluster/records.hpp"
#include "model/node.hpp"
#include "support/fuzz.hpp"

/// Visits what readers give: all text goes to `texts`, and rows are counted.
namespace glusterfs_exporter::fuzz {

inline void visit(const model::BrickId& id, Texts& texts) {
  texts.add(id.host);
  texts.add(id.path);
}

inline std::size_t visit(const gluster::PeerList& peers, Texts& texts) {
  for (const auto& peer : peers) {
    require(!peer.uuid.empty(), "a peer has a UUID");
    require(!peer.local || peer.host.empty(), "the local peer's host is left empty");
    texts.add(peer.uuid);
    texts.add(peer.host);
    texts.add(peer.state);
  }
  return peers.size();
}

inline std::size_t visit(const gluster::VolumeRecord& volume, Texts& texts) {
  require(!volume.name.empty(), "a volume has a name");
  texts.add(volume.name);
  texts.add(volume.id);
  texts.add(volume.transport);
  for (const auto& brick : volume.bricks) {
    require(!brick.id.host.empty() && brick.id.path.starts_with('/'), "a brick is HOST:/PATH");
    visit(brick.id, texts);
    texts.add(brick.peer_uuid);
  }
  for (const auto& [name, value] : volume.options) {
    texts.add(name);
    texts.add(value);
  }
  return 1 + volume.bricks.size() + volume.options.size();
}

inline std::size_t visit(const gluster::Topology& topology, Texts& texts) {
  std::size_t rows = 0;
  for (const auto& volume : topology) {
    rows += visit(volume, texts);
  }
  return rows;
}

inline std::size_t visit(const model::BrickProfile& profile, Texts& texts) {
  for (const auto& fop : profile.fops) {
    texts.add(fop.fop);
    require(
        std::isfinite(fop.seconds_total) && std::isfinite(fop.seconds_min) && std::isfinite(fop.seconds_max),
        "latencies are finite");
  }
  for (const auto& upcall : profile.upcalls) {
    texts.add(upcall.upcall);
  }
  return profile.fops.size() + profile.upcalls.size() + profile.blocks.size();
}

inline std::size_t visit(const gluster::ProfileRecord& record, Texts& texts) {
  std::size_t rows = record.size();
  for (const auto& brick : record) {
    visit(brick.id, texts);
    rows += visit(brick.profile, texts);
  }
  return rows;
}

inline std::size_t visit(const gluster::PerVolume<gluster::StatusRecord>& volumes, Texts& texts) {
  std::size_t rows = volumes.size();
  for (const auto& [name, record] : volumes) {
    texts.add(name);
    for (const auto& brick : record.bricks) {
      visit(brick.id, texts);
    }
    for (const auto& daemon : record.daemons) {
      texts.add(daemon.peer_uuid);
    }
    for (const auto& task : record.tasks) {
      rows += task.bricks.size();
      for (const auto& brick : task.bricks) {
        texts.add(brick);
      }
    }
    rows += record.bricks.size() + record.daemons.size() + record.tasks.size();
  }
  return rows;
}

inline std::size_t visit(const gluster::PerVolume<gluster::DetailRecord>& volumes, Texts& texts) {
  std::size_t rows = volumes.size();
  for (const auto& [name, record] : volumes) {
    texts.add(name);
    for (const auto& brick : record) {
      visit(brick.id, texts);
      texts.add(brick.device);
      texts.add(brick.fs_type);
      require(!brick.capacity || brick.capacity->size_bytes > 0, "a capacity is not 0");
    }
    rows += record.size();
  }
  return rows;
}

inline std::size_t visit(const gluster::HealRecord& record, Texts& texts) {
  for (const auto& brick : record) {
    visit(brick.id, texts);
  }
  return record.size();
}

inline std::size_t visit(const std::vector<model::QuotaLimit>& limits, Texts& texts) {
  for (const auto& limit : limits) {
    texts.add(limit.path);
  }
  return limits.size();
}

inline std::size_t visit(const model::RebalanceReport& report, Texts& texts) {
  for (const auto& node : report.nodes) {
    texts.add(node.peer_uuid);
    texts.add(node.host);
    require(std::isfinite(node.run_seconds), "a time is finite");
  }
  return report.nodes.size();
}

inline std::size_t visit(const std::vector<model::SnapshotItem>& snapshots, Texts& texts) {
  for (const auto& snapshot : snapshots) {
    texts.add(snapshot.name);
  }
  return snapshots.size();
}

inline std::size_t visit(const std::vector<model::GeoReplicationWorker>& workers, Texts& texts) {
  for (const auto& worker : workers) {
    for (const auto* text :
         {&worker.volume, &worker.secondary, &worker.host, &worker.brick, &worker.state, &worker.crawl}) {
      texts.add(*text);
    }
  }
  return workers.size();
}

inline std::size_t visit(const model::BitrotReport& report, Texts& texts) {
  for (const auto& node : report.nodes) {
    texts.add(node.host);
  }
  return report.nodes.size();
}

inline std::size_t visit(const gluster::TopRecord& record, Texts& texts) {
  std::size_t rows = record.size();
  for (const auto& brick : record) {
    visit(brick.id, texts);
    for (const auto& file : brick.files) {
      texts.add(file.file);
    }
    rows += brick.files.size();
  }
  return rows;
}

inline std::size_t visit(const std::vector<model::BrickClient>& clients, Texts& texts) {
  for (const auto& client : clients) {
    require(!client.host.empty(), "a client has a host");
    texts.add(client.host);
    texts.add(client.name);
  }
  return clients.size();
}

inline std::size_t visit(const std::vector<std::string>& names, Texts& texts) {
  for (const auto& name : names) {
    require(!name.empty(), "a name is not empty");
    texts.add(name);
  }
  return names.size();
}

inline std::size_t visit(const std::string& text, Texts& texts) {
  texts.add(text);
  return 1;
}

}  // namespace glusterfs_exporter::fuzz
