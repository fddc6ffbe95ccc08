#pragma once

#include <span>
#include <string_view>

namespace glusterfs_exporter::collect {
struct CollectorSpec;
}

/// What is known of Gluster's events, by their names (eventtypes.h and the calls of gf_event in Gluster 10).
namespace glusterfs_exporter::receive {

/// The sentence for an event, with {member} where a member of its message belongs; empty when there is none.
std::string_view template_of(std::string_view event);

/// The collectors whose answers such an event may have changed; none for events that nothing here shows.
std::span<const collect::CollectorSpec* const> collectors_of(std::string_view event);

/// Whether people are told. Each mount, each daemon and each `gluster` command that reads files makes an
/// event for every brick when it connects and when it goes: they would be all that there is to read.
bool is_told(std::string_view event);

/// A client that starts tells that it reaches its bricks, as if it had lost them before. For such an event
/// ("AFR_SUBVOL_UP") the one that must have come before for people to be told; empty for all others.
std::string_view told_only_after(std::string_view event);

}  // namespace glusterfs_exporter::receive
