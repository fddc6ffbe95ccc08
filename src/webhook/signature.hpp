#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glusterfs_exporter::webhook {

/// The key that the text of a secret stands for: what follows "whsec_" in base64, or else the text itself.
/// Empty when it begins with "whsec_" and no base64 follows.
std::string signing_key(std::string_view secret);

/// The value of the header Webhook-Signature as the Standard Webhooks specification 1.0 has it: "v1," and in
/// base64 the HMAC-SHA256 of ID.TIMESTAMP.BODY. `timestamp` is in seconds since 1970; `body` is what is sent,
/// compressed where it is. Empty when libcrypto fails.
std::string webhook_signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                              std::string_view body);

}  // namespace glusterfs_exporter::webhook
