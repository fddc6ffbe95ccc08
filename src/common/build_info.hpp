#pragma once

#include <string_view>

namespace glusterfs_exporter {

/// The version of this build, for instance "0.1.0".
std::string_view build_version();

/// The commit this build was made from, abbreviated, or "unknown" outside a checkout.
std::string_view build_revision();

}  // namespace glusterfs_exporter
