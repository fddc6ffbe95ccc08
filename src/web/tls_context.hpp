#pragma once

#include <openssl/ssl.h>

#include <expected>
#include <memory>
#include <string>

#include "config/web_config.hpp"

namespace glusterfs_exporter::web {

/// What a TLS server needs for each connection. Immutable once made; libssl counts who uses it, on any
/// thread.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// Reads the files that `tls` names. The error is one line that names the file.
std::expected<TlsContext, std::string> make_tls_context(const config::WebConfig::Tls& tls);

}  // namespace glusterfs_exporter::web
