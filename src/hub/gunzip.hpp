#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace glusterfs_exporter::hub {

/// What was compressed to `bytes`, one gzip member and nothing behind it. An error of kind oversize for more
/// than `max_bytes`, of which no more is ever held; of kind parse for what is not gzip, is cut off, or whose
/// checksum is wrong.
Result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes);

}  // namespace glusterfs_exporter::hub
