#include "collect/facts.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace glusterfs_exporter::collect {

namespace {

/// Calls `visit` with every map from volume to answer. A new question about volumes goes here too.
template <class AnyFacts, class Visit>
void for_each_by_volume(AnyFacts& facts, Visit visit) {
  visit(facts.status);
  visit(facts.detail);
  visit(facts.profile);
  visit(facts.heal_count);
  visit(facts.heal_summary);
  visit(facts.quota);
  visit(facts.rebalance);
  visit(facts.snapshots);
  visit(facts.bitrot);
  visit(facts.top);
}

}  // namespace

void Facts::forget_deleted_volumes() {
  std::set<std::string_view> names;
  for (const auto& volume : *topology.value) {
    names.insert(volume.name);
  }
  for_each_by_volume(*this, [&](auto& by_volume) {
    std::erase_if(by_volume, [&](const auto& entry) { return !names.contains(entry.first); });
  });
}

std::optional<SteadyTime> Facts::next_expiry(SteadyTime now) const {
  std::optional<SteadyTime> next;
  const auto consider = [&](const auto& dated) {
    if (dated.at(now) != nullptr) {
      next = next ? std::min(*next, dated.expires) : dated.expires;
    }
  };
  consider(topology);
  consider(peers);
  consider(version);
  consider(op_version);
  consider(max_op_version);
  consider(geo_replication);
  if (neighbours.value != nullptr) {
    for (const auto& [uuid, neighbour] : *neighbours.value) {
      if (neighbour.report != nullptr && now < neighbour.report_expires) {
        next = next ? std::min(*next, neighbour.report_expires) : neighbour.report_expires;
      }
    }
  }
  consider(processes);
  consider(filesystems);
  consider(heal_index);
  consider(brick_profiles);
  consider(brick_internals);
  consider(thin_pools);
  for_each_by_volume(*this, [&](const auto& by_volume) {
    for (const auto& [name, dated] : by_volume) {
      consider(dated);
    }
  });
  return next;
}

}  // namespace glusterfs_exporter::collect
