#include <array>

#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"

namespace glusterfs_exporter::metrics {

namespace {

constexpr std::array kFamilies{
    Family{"glusterfs_brick_heal_pending_entries", MetricType::gauge, Scope::node_else_cluster,
           "volume,host,brick", "Entries that this brick knows to wait for heal, on itself or on others",
           each_brick<[](const model::Brick& brick) { return brick.heal_pending_entries; }>},
    Family{"glusterfs_brick_heal_dirty_entries", MetricType::gauge, Scope::node, "volume,host,brick",
           "Entries with a write of which the brick does not know whether it was finished",
           each_brick<[](const model::Brick& brick) { return brick.heal_dirty_entries; }>},
    Family{"glusterfs_brick_split_brain_entries", MetricType::gauge, Scope::cluster, "volume,host,brick",
           "Entries in split-brain; looked for only while something waits for heal",
           each_brick<[](const model::Brick& brick) { return brick.split_brain_entries; }>},
    Family{
        "glusterfs_brick_healing_entries", MetricType::gauge, Scope::cluster, "volume,host,brick",
        "Entries that may be in the middle of being healed; looked for only while something waits for heal",
        each_brick<[](const model::Brick& brick) { return brick.healing_entries; }>},
    Family{"glusterfs_heal_backlog_start_timestamp_seconds", MetricType::gauge, Scope::cluster, "volume",
           "Since when, as far as this exporter has seen, something has been waiting for heal",
           each_volume<[](const model::Volume& volume) {
             return seconds_since_epoch(volume.heal_backlog_since);
           }>},
};

}  // namespace

std::span<const Family> heal_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics
