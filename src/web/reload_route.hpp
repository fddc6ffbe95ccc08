#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "web/router.hpp"

namespace glusterfs_exporter::web {

inline constexpr const char* kReloadPath = "/-/reload";

/// Adds POST /-/reload. `reload` gives a line on what was done, or on why nothing was; nothing when that is
/// not known yet. It may take half a minute, on one of the server's threads.
void add_reload_route(Router& router,
                      std::function<std::optional<std::expected<std::string, std::string>>()> reload);

}  // namespace glusterfs_exporter::web
