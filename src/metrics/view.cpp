#include "metrics/view.hpp"

#include "metrics/samples.hpp"

namespace glusterfs_exporter::metrics {

View make_view(const model::Snapshot& snapshot, const ProcessStats& process,
               const std::set<std::string, std::less<>>& shown_options) {
  View view{&snapshot, snapshot.leader.value_or(false), {}, {}, {}, {}, process, &shown_options};
  for (const auto& volume : snapshot.volumes) {
    view.volumes.push_back({&volume, make_labels({{"volume", volume.name}})});
    for (std::size_t i = 0; i < volume.subvolumes.size(); ++i) {
      view.subvolumes.push_back(
          {&volume.subvolumes[i], make_labels({{"volume", volume.name}, {"subvolume", std::to_string(i)}})});
      for (const auto& brick : volume.subvolumes[i].bricks) {
        view.bricks.push_back(
            {&brick, i,
             make_labels({{"volume", volume.name}, {"host", brick.id.host}, {"brick", brick.id.path}})});
        if (brick.spoken_for) {
          view.own_bricks.push_back(view.bricks.back());
        }
      }
    }
  }
  return view;
}

}  // namespace glusterfs_exporter::metrics
