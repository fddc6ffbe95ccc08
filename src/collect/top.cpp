#include <array>

#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

constexpr std::array kCalls{model::TopCall::open, model::TopCall::read, model::TopCall::write,
                            model::TopCall::opendir, model::TopCall::readdir};

/// The answers about one brick come in a list per call; they become one list per brick.
void merge(gluster::TopRecord& all, gluster::TopRecord added) {
  for (auto& brick : added) {
    auto known = std::ranges::find(all, brick.id, &gluster::BrickTopRecord::id);
    if (known == all.end()) {
      all.push_back(std::move(brick));
    } else {
      known->files.insert(known->files.end(), brick.files.begin(), brick.files.end());
    }
  }
}

Result<gluster::TopRecord> top_of(Run& run, const gluster::VolumeRecord& volume) {
  gluster::TopRecord all;
  for (const auto call : kCalls) {
    auto answer = run.sources.cli.top(volume.name, call, run.config.top.files);
    if (!answer) {
      return answer;
    }
    merge(all, *std::move(answer));
  }
  return all;
}

Result<Found> run_top(Run& run) {
  return for_each_volume(run, &Facts::top, profiling_is_on,
                         [&](const gluster::VolumeRecord& volume) { return top_of(run, volume); });
}

}  // namespace

const CollectorSpec top_collector{
    {"top", "the busiest files of each brick: five transactions a volume", false, 60s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_top};

}  // namespace glusterfs_exporter::collect
