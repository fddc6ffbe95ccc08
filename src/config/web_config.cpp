#include "config/web_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "config/yaml_reader.hpp"

namespace glusterfs_exporter::config {
namespace {

constexpr std::size_t kMaxUsers = 1000;
constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxHeaderBytes = 8192;
constexpr std::size_t kMaxPathBytes = 4096;
constexpr std::size_t kMaxListed = 64;

/// A check takes a second or more from 14 on, and checks are done one after the other.
constexpr int kLeastCost = 4;
constexpr int kMostCost = 16;

template <class T, std::size_t N>
using Names = std::array<std::pair<std::string_view, T>, N>;

template <class T, std::size_t N>
Parsed<T> one_of(const Names<T, N>& names, std::string_view text) {
  const auto* const found = std::ranges::find(names, text, &std::pair<std::string_view, T>::first);
  if (found != names.end()) {
    return found->second;
  }
  std::string known;
  for (const auto& [name, value] : names) {
    known += known.empty() ? "" : ", ";
    known += name;
  }
  return std::unexpected(fmt::format("must be one of {}, is {}", known, quote(text)));
}

/// What YAML 1.1 takes for a boolean, as Go's reader does.
Parsed<bool> parse_yaml_bool(std::string_view text) {
  constexpr std::array<std::string_view, 11> kYes = {"y",  "Y",  "yes",  "Yes",  "YES", "on",
                                                     "On", "ON", "true", "True", "TRUE"};
  constexpr std::array<std::string_view, 11> kNo = {"n",   "N",   "no",    "No",    "NO",   "off",
                                                    "Off", "OFF", "false", "False", "FALSE"};
  if (std::ranges::find(kYes, text) != kYes.end()) {
    return true;
  }
  if (std::ranges::find(kNo, text) != kNo.end()) {
    return false;
  }
  return std::unexpected("must be true or false, is " + quote(text));
}

Parsed<TlsVersion> parse_version(std::string_view text) {
  constexpr Names<TlsVersion, 4> kVersions = {{{"TLS10", TlsVersion::tls10},
                                               {"TLS11", TlsVersion::tls11},
                                               {"TLS12", TlsVersion::tls12},
                                               {"TLS13", TlsVersion::tls13}}};
  return one_of(kVersions, text);
}

Parsed<ClientAuth> parse_client_auth(std::string_view text) {
  constexpr Names<ClientAuth, 6> kPolicies = {
      {{"NoClientCert", ClientAuth::none},
       {"RequestClientCert", ClientAuth::request},
       {"RequireAnyClientCert", ClientAuth::require_any},
       {"RequireClientCert", ClientAuth::require_any},  // an older name of it
       {"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
       {"RequireAndVerifyClientCert", ClientAuth::require_verified}}};
  return text.empty() ? ClientAuth::none : one_of(kPolicies, text);
}

/// Those that Go's tls.CipherSuites() names.
Parsed<std::string> parse_cipher_suite(std::string_view text) {
  constexpr std::array<std::string_view, 17> kSuites = {"TLS_AES_128_GCM_SHA256",
                                                        "TLS_AES_256_GCM_SHA384",
                                                        "TLS_CHACHA20_POLY1305_SHA256",
                                                        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                                        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                                        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                                        "TLS_RSA_WITH_AES_128_CBC_SHA",
                                                        "TLS_RSA_WITH_AES_128_GCM_SHA256",
                                                        "TLS_RSA_WITH_AES_256_CBC_SHA",
                                                        "TLS_RSA_WITH_AES_256_GCM_SHA384"};
  if (std::ranges::find(kSuites, text) == kSuites.end()) {
    return std::unexpected(
        "must be a cipher suite that is safe, by IANA's name, such as "
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, is " +
        quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_curve(std::string_view text) {
  constexpr std::array<std::string_view, 4> kCurves = {"CurveP256", "CurveP384", "CurveP521", "X25519"};
  if (std::ranges::find(kCurves, text) == kCurves.end()) {
    return std::unexpected("must be one of CurveP256, CurveP384, CurveP521, X25519, is " + quote(text));
  }
  return std::string(text);
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

Parsed<std::string> parse_path(std::string_view text) {
  if (text.size() > kMaxPathBytes || !is_printable(text)) {
    return std::unexpected("must be a file's path, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_header_name(std::string_view text) {
  constexpr std::array<std::string_view, 5> kHeaders = {"Content-Security-Policy",
                                                        "Strict-Transport-Security", "X-Content-Type-Options",
                                                        "X-Frame-Options", "X-XSS-Protection"};
  if (std::ranges::find(kHeaders, text) == kHeaders.end()) {
    return std::unexpected(fmt::format("must be one of {}, is {}", fmt::join(kHeaders, ", "), quote(text)));
  }
  return std::string(text);
}

/// A line break would begin another header, or the answer's body.
Parsed<std::string> parse_header_value(std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
  if (!ascii || text.size() > kMaxHeaderBytes) {
    return std::unexpected(fmt::format("must be at most {} printable ASCII characters", kMaxHeaderBytes));
  }
  return std::string(text);
}

Parsed<std::string> parse_frame_options(std::string_view text) {
  if (text != "deny" && text != "sameorigin") {
    return std::unexpected("must be deny or sameorigin, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_content_type_options(std::string_view text) {
  if (text != "nosniff") {
    return std::unexpected("must be nosniff, is " + quote(text));
  }
  return std::string(text);
}

/// RFC 7617: what is sent is USER:PASSWORD.
Parsed<std::string> parse_user(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes || text.contains(':') || !is_printable(text)) {
    return std::unexpected(
        fmt::format("must be 1 to {} printable characters without ':', is {}", kMaxNameBytes, quote(text)));
  }
  return std::string(text);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_base64(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
}

/// $2y$10$ and 53 characters. Messages show nothing of it: where a hash belongs, people write passwords.
Parsed<std::string> parse_hash(std::string_view text) {
  constexpr std::size_t kPrefix = 7;
  constexpr std::size_t kBytes = 60;
  constexpr std::string_view kVariants = "aby";
  const bool good = text.size() == kBytes && text.starts_with("$2") && kVariants.contains(text[2]) &&
                    text[3] == '$' && is_digit(text[4]) && is_digit(text[5]) && text[6] == '$' &&
                    std::ranges::all_of(text.substr(kPrefix), is_base64);
  if (!good) {
    return std::unexpected(std::string(
        "must be a bcrypt hash such as `htpasswd -nBC 10 \"\" | tr -d ':\\n'` prints: $2y$10$ and "
        "53 more characters"));
  }
  const int cost = bcrypt_cost(text);
  if (cost < kLeastCost || cost > kMostCost) {
    return std::unexpected(fmt::format(
        "must be a bcrypt hash of a cost from {} to {}, is of {}: with each step a check takes twice as long",
        kLeastCost, kMostCost, cost));
  }
  return std::string(text);
}

std::string from_folder_of(const std::string& file, const std::string& path) {
  return path.empty() ? path : (std::filesystem::path(file).parent_path() / path).string();
}

std::optional<WebConfig::Tls> read_tls(YamlMapping& yaml, const std::string& file) {
  WebConfig::Tls tls;
  std::string client_auth;
  yaml.value("cert_file", parse_path, tls.cert_file);
  yaml.value("key_file", parse_path, tls.key_file);
  yaml.value(
      "client_auth_type",
      [&client_auth](std::string_view text) {
        client_auth = text;
        return parse_client_auth(text);
      },
      tls.client_auth);
  yaml.value("client_ca_file", parse_path, tls.client_ca_file);
  yaml.value("min_version", parse_version, tls.min_version);
  yaml.value("max_version", parse_version, tls.max_version);
  yaml.list("cipher_suites", parse_cipher_suite, kMaxListed, tls.cipher_suites);
  yaml.value("prefer_server_cipher_suites", parse_yaml_bool, tls.prefer_server_cipher_suites);
  yaml.list("curve_preferences", parse_curve, kMaxListed, tls.curves);
  // As exporter-toolkit has it, the other keys alone turn nothing on.
  if (tls.cert_file.empty() && tls.key_file.empty() && tls.client_ca_file.empty() && client_auth.empty()) {
    return std::nullopt;
  }
  for (const auto& [key, path] : {std::pair("cert_file", &tls.cert_file), {"key_file", &tls.key_file}}) {
    if (path->empty()) {
      yaml.fail(key, "is missing: TLS takes a cert_file and a key_file");
    }
  }
  const bool verifies =
      tls.client_auth == ClientAuth::verify_if_given || tls.client_auth == ClientAuth::require_verified;
  if (verifies && tls.client_ca_file.empty()) {
    yaml.fail("client_ca_file",
              "is missing: without it whoever has a certificate of some public authority would be let in");
  }
  if (!tls.client_ca_file.empty() && tls.client_auth == ClientAuth::none) {
    yaml.fail("client_auth_type",
              "must be set beside client_ca_file: RequireAndVerifyClientCert lets nobody else in");
  }
  if (tls.min_version > tls.max_version) {
    yaml.fail("min_version", "must not be above max_version: nobody could connect");
  }
  for (auto* const path : {&tls.cert_file, &tls.key_file, &tls.client_ca_file}) {
    *path = from_folder_of(file, *path);
  }
  return tls;
}

void read_headers(YamlMapping& yaml, WebConfig& config) {
  for (const auto& name : yaml.names(parse_header_name, kMaxListed)) {
    auto* parse = parse_header_value;
    if (name == "X-Frame-Options") {
      parse = parse_frame_options;
    } else if (name == "X-Content-Type-Options") {
      parse = parse_content_type_options;
    }
    std::string value;
    yaml.value(name, parse, value);
    if (!value.empty()) {  // blank means unset
      config.headers.emplace_back(name, std::move(value));
    }
  }
}

}  // namespace

int bcrypt_cost(std::string_view hash) {
  return (hash[4] - '0') * 10 + (hash[5] - '0');
}

std::expected<WebConfig, ConfigError> read_web_config(std::string_view text, const std::string& file) {
  auto yaml = YamlMapping::from_text(text, file);
  if (!yaml) {
    return std::unexpected(yaml.error());
  }
  WebConfig config;
  config.tls = read_tls(yaml->mapping("tls_server_config"), file);
  YamlMapping& http = yaml->mapping("http_server_config");
  // HTTP/2 is what server and client agree on when both can. This server cannot, so either value holds.
  bool http2 = true;
  http.value("http2", parse_yaml_bool, http2);
  read_headers(http.mapping("headers"), config);
  YamlMapping& users = yaml->mapping("basic_auth_users");
  for (const auto& name : users.names(parse_user, kMaxUsers)) {
    users.value(name, parse_hash, config.users[name]);
  }
  if (auto read = yaml->finish(); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return config;
}

}  // namespace glusterfs_exporter::config
