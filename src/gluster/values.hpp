#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/to_number.hpp"
#include "gluster/records.hpp"

/// What single values in Gluster's answers stand for, the same whichever way it was asked.
namespace glusterfs_exporter::gluster {

/// 10 of "10.3"; 0 when that is no version.
int major_version(std::string_view version);

/// How long one unit of a latency is that this version counts: a microsecond up to 9, a nanosecond from 10 on
/// and where the version is not known (0).
double latency_unit_seconds(int major_version);

/// A time of so many units of `unit_seconds` in seconds. Gluster counts whole nanoseconds or more; what comes
/// below that is from rounding, its own of averages and ours.
double latency_seconds(double units, double unit_seconds);

/// "HOST:/PATH", split at the first ":/", since an IPv6 host has colons of its own.
std::optional<model::BrickId> to_brick_id(std::string_view text);

/// By the CLI's <type>, which has been stable, rather than by <typeStr>, which has not. Types of long gone
/// releases (stripe, tier) are unknown.
model::VolumeType volume_type(int type);

/// The same from a daemon's numbers, which say how data is kept in one subvolume and leave out whether there
/// are several.
model::VolumeType volume_type(int type, std::uint32_t bricks_of_subvolume, std::uint32_t bricks);

std::string transport_name(int type);

std::optional<model::VolumeStatus> volume_status(int status);

}  // namespace glusterfs_exporter::gluster
