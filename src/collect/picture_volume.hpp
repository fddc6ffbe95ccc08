#pragma once

#include "collect/facts.hpp"
#include "collect/reports.hpp"
#include "model/volume.hpp"

namespace glusterfs_exporter::collect {

/// The volume as the topology has it, with what the answers and the nodes' reports that still hold at `now`
/// say of it and its bricks. What follows from that (health, capacity) is for others. `leader`: this exporter
/// speaks for bricks for which no other does. Pure.
model::Volume make_volume(const gluster::VolumeRecord& record, const Facts& facts, const Reports& reports,
                          bool leader, SteadyTime now);

/// The answer about `volume`, or null when there is none that still holds at `now`.
template <class T>
const T* answer_about(const Facts::ByVolume<T>& answers, const std::string& volume, SteadyTime now) {
  const auto found = answers.find(volume);
  return found == answers.end() ? nullptr : found->second.at(now);
}

}  // namespace glusterfs_exporter::collect
