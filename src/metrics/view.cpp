#include "metrics/view.hpp"

#include "metrics/samples.hpp"

namespace glusterfs_exporter::metrics {

VolumeView view_of(const model::Volume& volume, const std::set<std::string, std::less<>>& shown_options) {
  VolumeView view{volume, make_labels({{"volume", volume.name}}), {}, shown_options};
  for (std::size_t i = 0; i < volume.subvolumes.size(); ++i) {
    view.subvolumes.push_back(
        {volume.subvolumes[i], make_labels({{"volume", volume.name}, {"subvolume", std::to_string(i)}})});
  }
  return view;
}

BrickView view_of(const model::Volume& volume, std::size_t subvolume, const model::Brick& brick) {
  return {brick, subvolume,
          make_labels({{"volume", volume.name}, {"host", brick.id.host}, {"brick", brick.id.path}})};
}

}  // namespace glusterfs_exporter::metrics
