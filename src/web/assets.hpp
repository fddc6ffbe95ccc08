#pragma once

#include <span>
#include <string_view>

#include "web/router.hpp"

namespace glusterfs_exporter::web {

/// A file of src/web/assets, compiled in by cmake/embed.cmake. Valid for the life of the program.
struct Asset {
  std::string_view name;  ///< below that folder, for instance "views/bricks.js"
  std::string_view bytes;
  std::string_view hash;  ///< another one whenever the bytes are others
};

/// All of them, ordered by name.
std::span<const Asset> assets();

/// A hash over all files. index.html carries it, so that a page can see that the exporter has newer ones.
std::string_view page_version();

/// By what the name ends with, "application/octet-stream" where that says nothing.
std::string_view asset_content_type(std::string_view name);

/// Serves index.html at / and each file at /assets/NAME. Browsers keep them but ask each time whether they
/// are still the same, so nobody runs a mixture of old and new modules after an upgrade.
void add_asset_routes(Router& router);

/// Serves at / the same page, told that this exporter is a hub. After add_asset_routes.
void add_hub_page(Router& router);

}  // namespace glusterfs_exporter::web
