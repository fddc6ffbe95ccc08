#include <algorithm>
#include <array>
#include <optional>

#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// How many of the bricks are online; nothing while that is not known of each.
template <class Bricks>
std::optional<std::size_t> count_online(const Bricks& bricks) {
  std::size_t online = 0;
  for (const auto& brick : bricks) {
    if (!brick.online) {
      return std::nullopt;
    }
    online += *brick.online ? 1 : 0;
  }
  return online;
}

std::optional<std::size_t> count_online(const model::Volume& volume) {
  std::size_t online = 0;
  for (const auto& subvolume : volume.subvolumes) {
    const auto here = count_online(subvolume.bricks);
    if (!here) {
      return std::nullopt;
    }
    online += *here;
  }
  return online;
}

template <auto Member>
void each_capacity(const VolumeView& view, Samples& samples) {
  each_volume<[](const model::Volume& volume) { return part_of(volume.capacity, Member); }>(view, samples);
}

constexpr std::array kFamilies{
    Family{"glusterfs_volumes", MetricType::gauge, Scope::cluster, "status", "Volumes by status",
           [](const ClusterView& view, Samples& samples) {
             if (!view.snapshot.volumes_known) {
               return;
             }
             for (const auto& [status, name] : model::kVolumeStatusNames) {
               samples.add("", {{"status", name}},
                           std::ranges::count(view.snapshot.volumes, status, &model::Volume::status));
             }
           }},
    Family{"glusterfs_volume_info", MetricType::info, Scope::cluster, "volume,volume_id,type,transport",
           "What the volume is",
           [](const VolumeView& view, Samples& samples) {
             samples.add(view.labels,
                         {{"volume_id", view.volume.id},
                          {"type", model::name_of(view.volume.type)},
                          {"transport", view.volume.transport}},
                         1);
           }},
    Family{"glusterfs_volume_status", MetricType::state_set, Scope::cluster, "volume,state",
           "Whether the volume was started or stopped by its administrator",
           [](const VolumeView& view, Samples& samples) {
             add_state_set(samples, view.labels, view.volume.status, model::kVolumeStatusNames);
           }},
    Family{"glusterfs_volume_health", MetricType::state_set, Scope::cluster, "volume,state",
           "Whether a started volume serves: up, degraded (bricks missing, all files served), partial (some "
           "files out "
           "of reach), down",
           [](const VolumeView& view, Samples& samples) {
             if (view.volume.health) {
               add_state_set(samples, view.labels, *view.volume.health, model::kHealthNames);
             }
           }},
    Family{"glusterfs_volume_bricks", MetricType::gauge, Scope::cluster, "volume", "Bricks of the volume",
           each_volume<[](const model::Volume& volume) { return volume.brick_count(); }>},
    Family{"glusterfs_volume_bricks_online", MetricType::gauge, Scope::cluster, "volume",
           "Bricks that are online; absent while one of them could not be asked about",
           each_volume<[](const model::Volume& volume) { return count_online(volume); }>},
    Family{"glusterfs_volume_subvolumes", MetricType::gauge, Scope::cluster, "volume",
           "Sets of bricks that hold the same files: replica sets, disperse sets, or single bricks",
           each_volume<[](const model::Volume& volume) { return volume.subvolumes.size(); }>},
    Family{"glusterfs_volume_replica_bricks", MetricType::gauge, Scope::cluster, "volume",
           "Bricks of one replica set, arbiters included; 0 without replication",
           each_volume<[](const model::Volume& volume) { return volume.replica_bricks; }>},
    Family{"glusterfs_volume_arbiter_bricks", MetricType::gauge, Scope::cluster, "volume",
           "Arbiters in one replica set",
           each_volume<[](const model::Volume& volume) { return volume.arbiter_bricks; }>},
    Family{"glusterfs_volume_disperse_bricks", MetricType::gauge, Scope::cluster, "volume",
           "Bricks of one disperse set, redundancy included; 0 without dispersion",
           each_volume<[](const model::Volume& volume) { return volume.disperse_bricks; }>},
    Family{"glusterfs_volume_redundancy_bricks", MetricType::gauge, Scope::cluster, "volume",
           "Bricks that a disperse set can lose without losing data",
           each_volume<[](const model::Volume& volume) { return volume.redundancy_bricks; }>},
    Family{"glusterfs_volume_size_bytes", MetricType::gauge, Scope::cluster, "volume",
           "What a user could store: without arbiters and redundancy, shared file systems counted once",
           each_capacity<&model::Capacity::size_bytes>},
    Family{"glusterfs_volume_free_bytes", MetricType::gauge, Scope::cluster, "volume",
           "What a user can still store, reserves included", each_capacity<&model::Capacity::free_bytes>},
    Family{"glusterfs_volume_inodes", MetricType::gauge, Scope::cluster, "volume",
           "How many files the volume could hold", each_capacity<&model::Capacity::inodes>},
    Family{"glusterfs_volume_inodes_free", MetricType::gauge, Scope::cluster, "volume",
           "How many more files the volume can hold", each_capacity<&model::Capacity::inodes_free>},
    Family{"glusterfs_volume_server_quorum_met", MetricType::gauge, Scope::cluster, "volume",
           "Whether enough peers are connected for the volume's bricks to run; only with server quorum on",
           each_volume<[](const model::Volume& volume) { return volume.server_quorum_met; }>},
    Family{"glusterfs_volume_profiling_enabled", MetricType::gauge, Scope::cluster, "volume",
           "Whether `gluster volume profile` is started; without it there are no operation metrics",
           each_volume<[](const model::Volume& volume) { return volume.profiling; }>},
    Family{"glusterfs_volume_option_info", MetricType::info, Scope::cluster, "volume,option,value",
           "Options set on the volume, of those named in the configuration",
           [](const VolumeView& view, Samples& samples) {
             for (const auto& [option, value] : view.volume.options) {
               if (view.shown_options.contains(option)) {
                 samples.add(view.labels, {{"option", option}, {"value", value}}, 1);
               }
             }
           }},
    Family{"glusterfs_subvolume_health", MetricType::state_set, Scope::cluster, "volume,subvolume,state",
           "Whether the subvolume serves its files: up, degraded (bricks missing), down",
           [](const VolumeView& view, Samples& samples) {
             for (const auto& [subvolume, labels] : view.subvolumes) {
               if (subvolume.health) {
                 add_state_set(samples, labels, *subvolume.health, model::kSubvolumeHealthNames);
               }
             }
           }},
    Family{"glusterfs_subvolume_bricks_online", MetricType::gauge, Scope::cluster, "volume,subvolume",
           "Bricks of the subvolume that are online",
           [](const VolumeView& view, Samples& samples) {
             for (const auto& [subvolume, labels] : view.subvolumes) {
               samples.add(labels, count_online(subvolume.bricks));
             }
           }},
    Family{"glusterfs_subvolume_quorum_met", MetricType::gauge, Scope::cluster, "volume,subvolume",
           "Whether enough bricks are online to serve: client quorum of a replica set, redundancy of a "
           "disperse set",
           [](const VolumeView& view, Samples& samples) {
             for (const auto& [subvolume, labels] : view.subvolumes) {
               samples.add(labels, subvolume.quorum_met);
             }
           }},
};

}  // namespace

std::span<const Family> volume_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics
