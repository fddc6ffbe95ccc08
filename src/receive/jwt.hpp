#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace glusterfs_exporter::receive {

/// Whether both are the same, in a time that does not tell where they differ.
bool is_same_secret(std::string_view left, std::string_view right);

/// What glustereventsd says in its JSON Web Token (get_jwt_token in gfevents/utils.py).
struct JwtClaims {
  std::string event;      ///< "sub": the event's name
  std::int64_t time = 0;  ///< "iat": when it happened, in seconds since 1970
};

/// How far the clocks of two nodes may be apart.
inline constexpr std::chrono::seconds kClockLeeway{60};

/// Checks a JSON Web Token: signed with HMAC-SHA256 and this secret (no other algorithm is known here, least
/// of all "none"), issued by "gluster", not expired, not issued in the future, and not good for more than an
/// hour. The error is a sentence for whoever sent it.
std::expected<JwtClaims, std::string> check_jwt(std::string_view token, std::string_view secret,
                                                std::chrono::system_clock::time_point now);

}  // namespace glusterfs_exporter::receive
