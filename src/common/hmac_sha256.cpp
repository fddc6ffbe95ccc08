#include "common/hmac_sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace glusterfs_exporter {

std::optional<Sha256Digest> hmac_sha256(std::string_view key, std::string_view text) {
  Sha256Digest digest{};
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           &length) == nullptr ||
      length != digest.size()) {
    return std::nullopt;
  }
  return digest;
}

}  // namespace glusterfs_exporter
