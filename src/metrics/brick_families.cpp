#include <array>

#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"

namespace glusterfs_exporter::metrics {

namespace {

template <auto Member>
void each_capacity(const View& view, Samples& samples) {
  each_brick<[](const model::Brick& brick) { return part_of(brick.capacity, Member); }>(view, samples);
}

constexpr std::array kFamilies{
    Family{"glusterfs_brick_info", MetricType::info,
           "volume,host,brick,subvolume,peer_uuid,device,fs_type,arbiter",
           "What the brick is; device and fs_type are empty while not known",
           [](const View& view, Samples& samples) {
             for (const auto& [brick, subvolume, labels] : view.bricks) {
               samples.add(labels,
                           {{"subvolume", std::to_string(subvolume)},
                            {"peer_uuid", brick->peer_uuid},
                            {"device", brick->device},
                            {"fs_type", brick->fs_type},
                            {"arbiter", brick->arbiter ? "1" : "0"}},
                           1);
             }
           }},
    Family{"glusterfs_brick_online", MetricType::gauge, "volume,host,brick",
           "Whether the brick of a started volume runs; absent while its node cannot be asked",
           each_brick<[](const model::Brick& brick) { return brick.online; }>},
    Family{"glusterfs_brick_size_bytes", MetricType::gauge, "volume,host,brick",
           "Size of the file system the brick lies on", each_capacity<&model::Capacity::size_bytes>},
    Family{"glusterfs_brick_free_bytes", MetricType::gauge, "volume,host,brick",
           "Free space of the file system the brick lies on", each_capacity<&model::Capacity::free_bytes>},
    Family{"glusterfs_brick_inodes", MetricType::gauge, "volume,host,brick",
           "Inodes of the file system the brick lies on", each_capacity<&model::Capacity::inodes>},
    Family{"glusterfs_brick_inodes_free", MetricType::gauge, "volume,host,brick",
           "Free inodes of the file system the brick lies on", each_capacity<&model::Capacity::inodes_free>},
    Family{"glusterfs_brick_shares_filesystem", MetricType::gauge, "volume,host,brick",
           "Whether another brick lies on the same file system, so that their sizes must not be added up",
           each_brick<[](const model::Brick& brick) { return brick.shares_filesystem; }>},
};

}  // namespace

std::span<const Family> brick_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics
