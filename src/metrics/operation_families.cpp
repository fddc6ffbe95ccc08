#include <array>
#include <cstddef>

#include "metrics/catalogue.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// Calls `write(fop)` for every operation that is timed, or for every one that is only counted.
template <class Write>
void each_fop(const BrickView& view, bool timed, Write write) {
  if (view.brick.profile == nullptr) {
    return;
  }
  for (const auto& fop : view.brick.profile->fops) {
    if (fop.timed == timed) {
      write(fop);
    }
  }
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

template <auto Count, auto Bytes>
void add_size_histogram(const BrickView& view, Samples& samples) {
  if (view.brick.profile == nullptr) {
    return;
  }
  const auto& profile = *view.brick.profile;
  std::uint64_t so_far = 0;
  std::size_t block = 0;
  for (const auto& bound : kBounds) {
    for (; block < profile.blocks.size() && profile.blocks[block].size <= bound.bytes; ++block) {
      so_far += profile.blocks[block].*Count;
    }
    samples.add(view.labels, {{"le", bound.le}}, so_far, "_bucket");
  }
  for (; block < profile.blocks.size(); ++block) {
    so_far += profile.blocks[block].*Count;
  }
  samples.add(view.labels, {{"le", "+Inf"}}, so_far, "_bucket");
  samples.add(view.labels, {}, profile.*Bytes, "_sum");
  samples.add(view.labels, {}, so_far, "_count");
}

constexpr std::array kFamilies{
    Family{"glusterfs_brick_fop_duration_seconds", MetricType::summary, Scope::node_else_cluster,
           "volume,host,brick,fop",
           "Time the brick took for operations since it started; rate of the sum by rate of the count is the "
           "latency",
           [](const BrickView& view, Samples& samples) {
             each_fop(view, true, [&](const model::FopStats& fop) {
               samples.add(view.labels, {{"fop", fop.fop}}, fop.seconds_total, "_sum");
               samples.add(view.labels, {{"fop", fop.fop}}, fop.count, "_count");
             });
           }},
    Family{"glusterfs_brick_fop_duration_max_seconds", MetricType::gauge, Scope::node_else_cluster,
           "volume,host,brick,fop", "Longest operation since the brick started",
           [](const BrickView& view, Samples& samples) {
             each_fop(view, true, [&](const model::FopStats& fop) {
               samples.add(view.labels, {{"fop", fop.fop}}, fop.seconds_max);
             });
           }},
    Family{"glusterfs_brick_fop_duration_min_seconds", MetricType::gauge, Scope::node_else_cluster,
           "volume,host,brick,fop", "Shortest operation since the brick started",
           [](const BrickView& view, Samples& samples) {
             each_fop(view, true, [&](const model::FopStats& fop) {
               samples.add(view.labels, {{"fop", fop.fop}}, fop.seconds_min);
             });
           }},
    Family{"glusterfs_brick_fops_total", MetricType::counter, Scope::node_else_cluster,
           "volume,host,brick,fop",
           "Operations that Gluster counts without timing them: FORGET, RELEASE, RELEASEDIR",
           [](const BrickView& view, Samples& samples) {
             each_fop(view, false, [&](const model::FopStats& fop) {
               samples.add(view.labels, {{"fop", fop.fop}}, fop.count);
             });
           }},
    Family{"glusterfs_brick_upcalls_total", MetricType::counter, Scope::node_else_cluster,
           "volume,host,brick,upcall",
           "Notifications the brick sent to clients, cache invalidations most of all",
           [](const BrickView& view, Samples& samples) {
             if (view.brick.profile != nullptr) {
               for (const auto& upcall : view.brick.profile->upcalls) {
                 samples.add(view.labels, {{"upcall", upcall.upcall}}, upcall.count);
               }
             }
           }},
    Family{"glusterfs_brick_read_size_bytes", MetricType::histogram, Scope::node_else_cluster,
           "volume,host,brick,le", "Reads by size; the sum is the bytes read",
           [](const BrickView& view, Samples& samples) {
             add_size_histogram<&model::BlockCount::reads, &model::BrickProfile::bytes_read>(view, samples);
           }},
    Family{"glusterfs_brick_write_size_bytes", MetricType::histogram, Scope::node_else_cluster,
           "volume,host,brick,le", "Writes by size; the sum is the bytes written",
           [](const BrickView& view, Samples& samples) {
             add_size_histogram<&model::BlockCount::writes, &model::BrickProfile::bytes_written>(view,
                                                                                                 samples);
           }},
};

}  // namespace

std::span<const Family> operation_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics
