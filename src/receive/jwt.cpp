#include "receive/jwt.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <optional>
#include <utility>

#include "common/hmac_sha256.hpp"
#include "common/text.hpp"
#include "input/json_fields.hpp"
#include "input/strict_json.hpp"

namespace glusterfs_exporter::receive {
namespace {

using input::Fields;
using input::parse_strictly;

constexpr std::size_t kMaxTokenBytes = 4096;
constexpr std::int64_t kLongestLife = 3600;
constexpr std::uint64_t kLatestTime = 253402300799;  // the end of the year 9999

std::unexpected<std::string> refuse(std::string why) {
  return std::unexpected("the JSON Web Token is not good: " + std::move(why));
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The six bits that a letter of base64url stands for (RFC 4648 5); -1 for what is none.
int six_bits(char c) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto place = kAlphabet.find(c);
  return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

/// base64url without padding, as RFC 7515 wants it; bits that are left over have to be zero.
std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int six = six_bits(c);
    if (six < 0) {
      return std::nullopt;
    }
    held = (held << 6U | static_cast<unsigned>(six)) & 0xFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += static_cast<char>(held >> bits & 0xFFU);
    }
  }
  const bool whole = text.size() % 4 != 1 && (held & ((1U << bits) - 1)) == 0;
  return whole ? std::optional(std::move(decoded)) : std::nullopt;
}

/// The JSON object that a part of a token holds.
Result<nlohmann::json> read_part(std::string_view part) {
  const auto text = decode(part);
  if (!text) {
    return std::unexpected(Error{ErrorKind::parse, "not base64url"});
  }
  return parse_strictly(*text);
}

struct Times {
  std::int64_t issued;
  std::int64_t expires;
};

/// What is wrong with them; empty when nothing is.
std::string problem_of(const Times& times, std::chrono::system_clock::time_point now) {
  const auto today = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto leeway = kClockLeeway.count();
  if (today > times.expires + leeway) {
    return fmt::format("it expired {} s ago (are the clocks of the nodes the same?)", today - times.expires);
  }
  if (times.issued > today + leeway) {
    return fmt::format("it was issued {} s in the future (are the clocks of the nodes the same?)",
                       times.issued - today);
  }
  if (times.expires > today + kLongestLife) {
    return "it is good for more than an hour";
  }
  return {};
}

}  // namespace

bool is_same_secret(std::string_view left, std::string_view right) {
  // Digests are of one length, so that the length of the secret is not told either.
  Sha256Digest left_digest{};
  Sha256Digest right_digest{};
  SHA256(bytes(left), left.size(), left_digest.data());
  SHA256(bytes(right), right.size(), right_digest.data());
  return CRYPTO_memcmp(left_digest.data(), right_digest.data(), left_digest.size()) == 0;
}

std::expected<JwtClaims, std::string> check_jwt(std::string_view token, std::string_view secret,
                                                std::chrono::system_clock::time_point now) {
  if (token.size() > kMaxTokenBytes) {
    return refuse(fmt::format("it is longer than {} bytes", kMaxTokenBytes));
  }
  const auto first_dot = token.find('.');
  const auto last_dot = token.rfind('.');
  if (first_dot == last_dot || token.find('.', first_dot + 1) != last_dot) {
    return refuse("it must have three parts with dots between them");
  }
  const auto header = read_part(token.substr(0, first_dot));
  if (!header) {
    return refuse("its header is " + header.error().context);
  }
  std::optional<Error> error;
  const Fields header_fields(*header, {}, error);
  const auto algorithm = header_fields.text("alg");
  if (error) {
    return refuse("its header: " + error->context);
  }
  if (algorithm != "HS256") {
    return refuse("its algorithm must be HS256, is '" + shown(algorithm, 32) + "'");
  }
  if (header_fields.has("crit")) {
    return refuse("its header has critical extensions, of which none is known here");
  }

  const auto expected = hmac_sha256(secret, token.substr(0, last_dot));
  const auto signature = decode(token.substr(last_dot + 1));
  if (!expected || !signature || signature->size() != expected->size() ||
      CRYPTO_memcmp(signature->data(), expected->data(), expected->size()) != 0) {
    return refuse("it is not signed with the secret of gluster_events.secret_file");
  }

  const auto payload = read_part(token.substr(first_dot + 1, last_dot - first_dot - 1));
  if (!payload) {
    return refuse("its payload is " + payload.error().context);
  }
  const Fields fields(*payload, {}, error);
  const auto issuer = fields.text("iss");
  const auto issued = fields.whole("iat");
  const auto expires = fields.whole("exp");
  JwtClaims claims{.event = fields.text("sub"), .time = static_cast<std::int64_t>(issued)};
  if (error) {
    return refuse(error->context);
  }
  if (issuer != "gluster") {
    return refuse("its issuer (iss) must be gluster, is '" + shown(issuer, 32) + "'");
  }
  if (issued > kLatestTime || expires > kLatestTime) {
    return refuse("iat and exp must be seconds since 1970");
  }
  const Times times{.issued = static_cast<std::int64_t>(issued),
                    .expires = static_cast<std::int64_t>(expires)};
  if (auto problem = problem_of(times, now); !problem.empty()) {
    return refuse(std::move(problem));
  }
  return claims;
}

}  // namespace glusterfs_exporter::receive
