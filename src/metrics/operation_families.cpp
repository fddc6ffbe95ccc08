#include <array>
#include <cstddef>

#include "metrics/catalogue.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// Calls `write(labels, profile)` for every brick that has one.
template <class Write>
void each_profile(const View& view, Write write) {
  for (const auto& [brick, subvolume, labels] : view.own_bricks) {
    if (brick->profile) {
      write(labels, *brick->profile);
    }
  }
}

template <class Write>
void each_fop(const View& view, bool timed, Write write) {
  each_profile(view, [&](const std::string& labels, const model::BrickProfile& profile) {
    for (const auto& fop : profile.fops) {
      if (fop.timed == timed) {
        write(labels, fop);
      }
    }
  });
}

/// Gluster counts operations of S ≤ size < 2·S bytes under S, so the bounds are one below powers of two. The
/// same for every brick, so that they can be added up.
struct Bound {
  std::uint64_t bytes;
  std::string_view le;
};
constexpr std::array<Bound, 10> kBounds{{{511, "511"},
                                         {4095, "4095"},
                                         {8191, "8191"},
                                         {16383, "16383"},
                                         {32767, "32767"},
                                         {65535, "65535"},
                                         {131071, "131071"},
                                         {262143, "262143"},
                                         {524287, "524287"},
                                         {1048575, "1048575"}}};

template <class Count>
void add_size_histogram(Samples& samples, const std::string& labels, const model::BrickProfile& profile,
                        std::uint64_t bytes, Count count) {
  std::uint64_t so_far = 0;
  std::size_t block = 0;
  for (const auto& bound : kBounds) {
    for (; block < profile.blocks.size() && profile.blocks[block].size <= bound.bytes; ++block) {
      so_far += count(profile.blocks[block]);
    }
    samples.add(labels, {{"le", bound.le}}, so_far, "_bucket");
  }
  for (; block < profile.blocks.size(); ++block) {
    so_far += count(profile.blocks[block]);
  }
  samples.add(labels, {{"le", "+Inf"}}, so_far, "_bucket");
  samples.add(labels, {}, bytes, "_sum");
  samples.add(labels, {}, so_far, "_count");
}

constexpr std::array kFamilies{
    Family{"glusterfs_brick_fop_duration_seconds", MetricType::summary, Scope::node_else_cluster,
           "volume,host,brick,fop",
           "Time the brick took for operations since it started; rate of the sum by rate of the count is the "
           "latency",
           [](const View& view, Samples& samples) {
             each_fop(view, true, [&](const std::string& labels, const model::FopStats& fop) {
               samples.add(labels, {{"fop", fop.fop}}, fop.seconds_total, "_sum");
               samples.add(labels, {{"fop", fop.fop}}, fop.count, "_count");
             });
           }},
    Family{"glusterfs_brick_fop_duration_max_seconds", MetricType::gauge, Scope::node_else_cluster,
           "volume,host,brick,fop", "Longest operation since the brick started",
           [](const View& view, Samples& samples) {
             each_fop(view, true, [&](const std::string& labels, const model::FopStats& fop) {
               samples.add(labels, {{"fop", fop.fop}}, fop.seconds_max);
             });
           }},
    Family{"glusterfs_brick_fop_duration_min_seconds", MetricType::gauge, Scope::node_else_cluster,
           "volume,host,brick,fop", "Shortest operation since the brick started",
           [](const View& view, Samples& samples) {
             each_fop(view, true, [&](const std::string& labels, const model::FopStats& fop) {
               samples.add(labels, {{"fop", fop.fop}}, fop.seconds_min);
             });
           }},
    Family{"glusterfs_brick_fops_total", MetricType::counter, Scope::node_else_cluster,
           "volume,host,brick,fop",
           "Operations that Gluster counts without timing them: FORGET, RELEASE, RELEASEDIR",
           [](const View& view, Samples& samples) {
             each_fop(view, false, [&](const std::string& labels, const model::FopStats& fop) {
               samples.add(labels, {{"fop", fop.fop}}, fop.count);
             });
           }},
    Family{"glusterfs_brick_upcalls_total", MetricType::counter, Scope::node_else_cluster,
           "volume,host,brick,upcall",
           "Notifications the brick sent to clients, cache invalidations most of all",
           [](const View& view, Samples& samples) {
             each_profile(view, [&](const std::string& labels, const model::BrickProfile& profile) {
               for (const auto& upcall : profile.upcalls) {
                 samples.add(labels, {{"upcall", upcall.upcall}}, upcall.count);
               }
             });
           }},
    Family{"glusterfs_brick_read_size_bytes", MetricType::histogram, Scope::node_else_cluster,
           "volume,host,brick,le", "Reads by size; the sum is the bytes read",
           [](const View& view, Samples& samples) {
             each_profile(view, [&](const std::string& labels, const model::BrickProfile& profile) {
               add_size_histogram(samples, labels, profile, profile.bytes_read,
                                  [](const model::BlockCount& block) { return block.reads; });
             });
           }},
    Family{"glusterfs_brick_write_size_bytes", MetricType::histogram, Scope::node_else_cluster,
           "volume,host,brick,le", "Writes by size; the sum is the bytes written",
           [](const View& view, Samples& samples) {
             each_profile(view, [&](const std::string& labels, const model::BrickProfile& profile) {
               add_size_histogram(samples, labels, profile, profile.bytes_written,
                                  [](const model::BlockCount& block) { return block.writes; });
             });
           }},
};

}  // namespace

std::span<const Family> operation_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics
