#include "metrics/catalogue.hpp"

#include <array>
#include <stdexcept>

namespace glusterfs_exporter::metrics {

std::span<const Section> catalogue() {
  static const std::array<Section, 7> kSections{{{"Cluster", cluster_families()},
                                                 {"Volumes", volume_families()},
                                                 {"Bricks", brick_families()},
                                                 {"Operations", operation_families()},
                                                 {"Heal", heal_families()},
                                                 {"Quota, snapshots and tasks", task_families()},
                                                 {"The exporter", exporter_families()}}};
  return kSections;
}

const Family& family_named(std::string_view name) {
  for (const auto& section : catalogue()) {
    for (const auto& family : section.families) {
      if (family.name == name) {
        return family;
      }
    }
  }
  throw std::logic_error("no metric of that name: " + std::string(name));
}

}  // namespace glusterfs_exporter::metrics
