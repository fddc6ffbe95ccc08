#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace glusterfs_exporter {

using Sha256Digest = std::array<unsigned char, 32>;

/// RFC 2104 with SHA-256, by libcrypto. Nothing when libcrypto fails.
std::optional<Sha256Digest> hmac_sha256(std::string_view key, std::string_view text);

}  // namespace glusterfs_exporter
