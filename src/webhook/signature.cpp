#include "webhook/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "common/hmac_sha256.hpp"

namespace glusterfs_exporter::webhook {
namespace {

std::string to_base64(const Sha256Digest& digest) {
  std::string text(4 * ((digest.size() + 2) / 3) + 1, '\0');  // libcrypto adds a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), digest.data(),
                                   static_cast<int>(digest.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// Empty when it is not base64 with its padding.
std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const auto padding =
      std::ranges::count(text.substr(text.size() - std::min<std::size_t>(2, text.size())), '=');
  bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size - padding));  // libcrypto counts padding as bytes
  return bytes;
}

}  // namespace

std::string signing_key(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  return secret.starts_with(kPrefix) ? from_base64(secret.substr(kPrefix.size())) : std::string(secret);
}

std::string webhook_signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                              std::string_view body) {
  const auto digest = hmac_sha256(key, fmt::format("{}.{}.{}", id, timestamp, body));
  return digest ? "v1," + to_base64(*digest) : "";
}

}  // namespace glusterfs_exporter::webhook
