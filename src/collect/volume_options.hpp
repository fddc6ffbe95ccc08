#pragma once

#include <string_view>

#include "gluster/records.hpp"

namespace glusterfs_exporter::collect {

/// The value of an option set on the volume; empty when it is not set.
inline std::string_view option_of(const gluster::VolumeRecord& volume, std::string_view name) {
  const auto found = volume.options.find(name);
  return found == volume.options.end() ? std::string_view{} : std::string_view(found->second);
}

/// Gluster takes several words for yes and stores the one that was given.
inline bool option_is_on(const gluster::VolumeRecord& volume, std::string_view name) {
  const auto value = option_of(volume, name);
  return value == "on" || value == "enable" || value == "yes" || value == "true" || value == "1";
}

inline bool option_is_off(const gluster::VolumeRecord& volume, std::string_view name) {
  const auto value = option_of(volume, name);
  return value == "off" || value == "disable" || value == "no" || value == "false" || value == "0";
}

/// Whether `volume profile start` is in effect: it sets these two options.
inline bool profiling_is_on(const gluster::VolumeRecord& volume) {
  return option_is_on(volume, "diagnostics.count-fop-hits") &&
         option_is_on(volume, "diagnostics.latency-measurement");
}

}  // namespace glusterfs_exporter::collect
