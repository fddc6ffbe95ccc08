#pragma once

#include <sstream>
#include <string>

#include "gluster/records.hpp"

/// Records as text, all fields in one order, so that two can be compared and a difference be read.
namespace glusterfs_exporter::test {

inline std::string to_text(const gluster::PeerList& peers) {
  std::ostringstream out;
  for (const auto& peer : peers) {
    out << peer.uuid << " host=" << peer.host << " local=" << peer.local << " connected=" << peer.connected
        << " state=" << peer.state << "\n";
  }
  return out.str();
}

inline std::string to_text(const gluster::Topology& topology) {
  std::ostringstream out;
  for (const auto& volume : topology) {
    out << volume.name << " id=" << volume.id << " type=" << static_cast<int>(volume.type)
        << " status=" << static_cast<int>(volume.status) << " transport=" << volume.transport
        << " replica=" << volume.replica_count << " arbiter=" << volume.arbiter_count
        << " disperse=" << volume.disperse_count << " redundancy=" << volume.redundancy_count
        << " snapshots=" << volume.snapshot_count << "\n";
    for (const auto& brick : volume.bricks) {
      out << "  " << brick.id.host << " " << brick.id.path << " " << brick.peer_uuid << " " << brick.arbiter
          << "\n";
    }
    for (const auto& [name, value] : volume.options) {
      out << "  " << name << "=" << value << "\n";
    }
  }
  return out.str();
}

inline std::string to_text(const model::BrickProfile& profile) {
  std::ostringstream out;
  out.precision(17);
  out << "read=" << profile.bytes_read << " written=" << profile.bytes_written << "\n";
  for (const auto& fop : profile.fops) {
    out << fop.fop << " " << fop.count << " timed=" << fop.timed << " total=" << fop.seconds_total
        << " min=" << fop.seconds_min << " max=" << fop.seconds_max << "\n";
  }
  for (const auto& upcall : profile.upcalls) {
    out << "upcall " << upcall.upcall << " " << upcall.count << "\n";
  }
  for (const auto& block : profile.blocks) {
    out << "block " << block.size << " " << block.reads << " " << block.writes << "\n";
  }
  return out.str();
}

}  // namespace glusterfs_exporter::test
