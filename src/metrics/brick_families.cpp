#include <array>

#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"

namespace glusterfs_exporter::metrics {

namespace {

template <auto Member>
void each_process(const BrickView& view, Samples& samples) {
  each_brick<[](const model::Brick& brick) { return part_of(brick.process, Member); }>(view, samples);
}

template <auto Member>
void each_pool(const BrickView& view, Samples& samples) {
  each_brick<[](const model::Brick& brick) { return part_of(brick.thin_pool, Member); }>(view, samples);
}

template <auto Member>
void each_capacity(const BrickView& view, Samples& samples) {
  each_brick<[](const model::Brick& brick) { return part_of(brick.capacity, Member); }>(view, samples);
}

constexpr std::array kFamilies{
    Family{"glusterfs_brick_info", MetricType::info, Scope::node_else_cluster,
           "volume,host,brick,subvolume,peer_uuid,device,fs_type,arbiter",
           "What the brick is; device and fs_type are empty while not known",
           [](const BrickView& view, Samples& samples) {
             const auto& brick = view.brick;
             samples.add(view.labels,
                         {{"subvolume", std::to_string(view.subvolume)},
                          {"peer_uuid", brick.peer_uuid},
                          {"device", brick.device},
                          {"fs_type", brick.fs_type},
                          {"arbiter", brick.arbiter ? "1" : "0"}},
                         1);
           }},
    Family{"glusterfs_brick_online", MetricType::gauge, Scope::node_else_cluster, "volume,host,brick",
           "Whether the brick of a started volume runs; absent while its node cannot be asked",
           each_brick<[](const model::Brick& brick) { return brick.online; }>},
    Family{"glusterfs_brick_size_bytes", MetricType::gauge, Scope::node_else_cluster, "volume,host,brick",
           "Size of the file system the brick lies on", each_capacity<&model::Capacity::size_bytes>},
    Family{"glusterfs_brick_free_bytes", MetricType::gauge, Scope::node_else_cluster, "volume,host,brick",
           "Free space of the file system the brick lies on", each_capacity<&model::Capacity::free_bytes>},
    Family{"glusterfs_brick_inodes", MetricType::gauge, Scope::node_else_cluster, "volume,host,brick",
           "Inodes of the file system the brick lies on", each_capacity<&model::Capacity::inodes>},
    Family{"glusterfs_brick_inodes_free", MetricType::gauge, Scope::node_else_cluster, "volume,host,brick",
           "Free inodes of the file system the brick lies on", each_capacity<&model::Capacity::inodes_free>},
    Family{"glusterfs_brick_shares_filesystem", MetricType::gauge, Scope::node_else_cluster,
           "volume,host,brick",
           "Whether another brick lies on the same file system, so that their sizes must not be added up",
           each_brick<[](const model::Brick& brick) { return brick.shares_filesystem; }>},
    Family{"glusterfs_brick_start_time_seconds", MetricType::gauge, Scope::node, "volume,host,brick",
           "When the brick's process started", each_brick<[](const model::Brick& brick) {
             return brick.process ? seconds_since_epoch(brick.process->start_time) : std::nullopt;
           }>},
    Family{"glusterfs_brick_cpu_seconds_total", MetricType::counter, Scope::node, "volume,host,brick",
           "CPU time of the brick's process; bricks that share a process all show that process's",
           each_process<&model::ProcessUsage::cpu_seconds>},
    Family{"glusterfs_brick_resident_memory_bytes", MetricType::gauge, Scope::node, "volume,host,brick",
           "Memory of the brick's process in RAM; bricks that share a process all show that process's",
           each_process<&model::ProcessUsage::resident_bytes>},
    Family{"glusterfs_brick_threads", MetricType::gauge, Scope::node, "volume,host,brick",
           "Threads of the brick's process", each_process<&model::ProcessUsage::threads>},
    Family{"glusterfs_brick_open_fds", MetricType::gauge, Scope::node, "volume,host,brick",
           "Open file descriptors of the brick's process", each_brick<[](const model::Brick& brick) {
             return brick.process ? brick.process->open_fds : std::nullopt;
           }>},
    Family{"glusterfs_brick_clients", MetricType::gauge, Scope::node, "volume,host,brick",
           "Connections of clients to the brick, Gluster's own daemons among them",
           each_brick<[](const model::Brick& brick) {
             return brick.internals ? std::optional(brick.internals->clients.size()) : std::nullopt;
           }>},
    Family{"glusterfs_brick_heap_bytes", MetricType::gauge, Scope::node, "volume,host,brick,state",
           "Heap of the brick's process: in use, free (kept for later) and mapped (large blocks)",
           [](const BrickView& view, Samples& samples) {
             const auto& internals = view.brick.internals;
             if (internals && internals->memory) {
               samples.add(view.labels, {{"state", "in_use"}}, internals->memory->in_use);
               samples.add(view.labels, {{"state", "free"}}, internals->memory->free);
               samples.add(view.labels, {{"state", "mapped"}}, internals->memory->mapped);
             }
           }},
    Family{"glusterfs_brick_cached_inodes", MetricType::gauge, Scope::node, "volume,host,brick,list",
           "Inodes in the brick's memory: active (in use), lru (kept for later) and purge (about to go)",
           [](const BrickView& view, Samples& samples) {
             const auto& internals = view.brick.internals;
             if (internals && internals->inode_table) {
               samples.add(view.labels, {{"list", "active"}}, internals->inode_table->active);
               samples.add(view.labels, {{"list", "lru"}}, internals->inode_table->lru);
               samples.add(view.labels, {{"list", "purge"}}, internals->inode_table->purge);
             }
           }},
    Family{"glusterfs_brick_pending_calls", MetricType::gauge, Scope::node, "volume,host,brick",
           "Operations that the brick's process works on", each_brick<[](const model::Brick& brick) {
             return brick.internals ? brick.internals->pending_calls : std::nullopt;
           }>},
    Family{"glusterfs_thin_pool_size_bytes", MetricType::gauge, Scope::node, "volume,host,brick",
           "Size of the LVM thin pool that the brick lies in", each_pool<&model::ThinPool::size_bytes>},
    Family{"glusterfs_thin_pool_data_used_ratio", MetricType::gauge, Scope::node, "volume,host,brick",
           "How full the thin pool's data space is, 0 to 1", each_pool<&model::ThinPool::data_used_ratio>},
    Family{"glusterfs_thin_pool_metadata_used_ratio", MetricType::gauge, Scope::node, "volume,host,brick",
           "How full the thin pool's metadata space is, 0 to 1", each_brick<[](const model::Brick& brick) {
             return brick.thin_pool ? brick.thin_pool->metadata_used_ratio : std::nullopt;
           }>},
};

}  // namespace

std::span<const Family> brick_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics
