#pragma once

#include <chrono>
#include <optional>

#include "metrics/samples.hpp"
#include "metrics/view.hpp"

/// What rows of the catalogue are made of.
namespace glusterfs_exporter::metrics {

/// One sample for each volume: what `Get` makes of it, a number or an optional one.
template <auto Get>
void each_volume(const VolumeView& view, Samples& samples) {
  samples.add(view.labels, Get(view.volume));
}

/// Likewise for each brick.
template <auto Get>
void each_brick(const BrickView& view, Samples& samples) {
  samples.add(view.labels, Get(view.brick));
}

/// A member of something that may not be known.
template <class Whole, class Part>
std::optional<Part> part_of(const std::optional<Whole>& whole, Part Whole::*member) {
  return whole ? std::optional<Part>((*whole).*member) : std::nullopt;
}

inline std::optional<double> seconds_since_epoch(const std::optional<model::Time>& time) {
  return time ? std::optional(std::chrono::duration<double>(time->time_since_epoch()).count()) : std::nullopt;
}

}  // namespace glusterfs_exporter::metrics
