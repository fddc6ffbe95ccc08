#pragma once

#include <expected>
#include <string>
#include <system_error>

#include "common/error.hpp"
#include "common/text.hpp"

namespace glusterfs_exporter {

/// An error of kind exit that names the path and what the system says about it; `number` is an errno.
inline std::unexpected<Error> failed_at(const std::string& path, int number) {
  return std::unexpected(
      Error{ErrorKind::exit, clean_utf8(path) + ": " + std::generic_category().message(number)});
}

}  // namespace glusterfs_exporter
