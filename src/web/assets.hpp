#pragma once

#include <string_view>

/// The files in src/web/assets, compiled in by cmake/embed.cmake. Valid for the life of the program.
namespace glusterfs_exporter::web::assets {

std::string_view landing_css();

}  // namespace glusterfs_exporter::web::assets
