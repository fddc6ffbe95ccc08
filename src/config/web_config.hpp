#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace glusterfs_exporter::config {

enum class TlsVersion : std::uint8_t { tls10, tls11, tls12, tls13 };

/// What is asked of a client's certificate; named as in Go's crypto/tls.
enum class ClientAuth : std::uint8_t {
  none,             ///< NoClientCert
  request,          ///< RequestClientCert: looked at by nobody
  require_any,      ///< RequireAnyClientCert: any will do
  verify_if_given,  ///< VerifyClientCertIfGiven
  require_verified  ///< RequireAndVerifyClientCert
};

/// The file that --web.config.file names: the format of Prometheus' exporter-toolkit as of its version 0.9,
/// which is that of Debian 12's promtool (docs/web-configuration.md there). A value.
struct WebConfig {
  struct Tls {
    std::string cert_file;  ///< paths as they are to be opened
    std::string key_file;
    std::string client_ca_file;  ///< empty for none
    ClientAuth client_auth = ClientAuth::none;
    TlsVersion min_version = TlsVersion::tls12;
    TlsVersion max_version = TlsVersion::tls13;
    std::vector<std::string> cipher_suites;  ///< IANA's names; empty: those that are good
    bool prefer_server_cipher_suites = true;
    std::vector<std::string> curves;  ///< Go's names (CurveP256, X25519), the best first; empty: any
  };
  std::optional<Tls> tls;  ///< nothing: plain HTTP

  std::vector<std::pair<std::string, std::string>> headers;  ///< of every answer

  /// bcrypt hashes by user, each checked to be one. Empty: nobody has to say who he is.
  std::map<std::string, std::string, std::less<>> users;
};

/// Reads the text of such a file; `file` names it in messages, and relative paths start at its folder.
/// Strict, as apply_yaml is. Opens no file. Where it says no and promtool says yes, docs/access.md lists it.
std::expected<WebConfig, ConfigError> read_web_config(std::string_view text, const std::string& file);

/// How much work a bcrypt hash is, 4 to 16: each step doubles it. Of hashes that read_web_config took.
int bcrypt_cost(std::string_view hash);

}  // namespace glusterfs_exporter::config
