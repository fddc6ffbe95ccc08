#include "web/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "config/read_file.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::web {
namespace {

using config::ClientAuth;
using config::TlsVersion;

// With forward secrecy and authenticated where there is a choice; the last kind is for clients that are old.
constexpr const char* kGoodCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES";

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

using Done = std::expected<void, std::string>;

std::string reason() {
  const auto code = ERR_peek_last_error();
  const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "libssl gives no reason" : text;
}

std::unexpected<std::string> about(const std::string& path, std::string_view problem) {
  return std::unexpected(fmt::format("{} {}", config::printable(path), problem));
}

int version_number(TlsVersion version) {
  constexpr std::array<int, 4> kNumbers = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return kNumbers.at(static_cast<std::size_t>(version));
}

std::expected<Owned<BIO>, std::string> open(const std::string& path, std::string& text) {
  auto read = config::read_file(path);
  if (!read) {
    return about(path, read.error().message);
  }
  text = *std::move(read);
  Owned<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) {
    return about(path, reason());
  }
  return bio;
}

/// Nobody is at a terminal: a key with a password cannot be read, and must not be asked for.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

Done use_certificate(SSL_CTX* context, const std::string& path) {
  std::string text;
  const auto bio = open(path, text);
  if (!bio) {
    return std::unexpected(bio.error());
  }
  const Owned<X509> own(PEM_read_bio_X509_AUX(bio->get(), nullptr, no_password, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return about(path, "must hold a certificate as PEM: " + reason());
  }
  while (X509* const issuer = PEM_read_bio_X509(bio->get(), nullptr, no_password, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, issuer) != 1) {
      X509_free(issuer);
      return about(path, "holds a chain that cannot be used: " + reason());
    }
  }
  ERR_clear_error();  // the end of the file counts as one
  return {};
}

Done use_key(SSL_CTX* context, const std::string& path) {
  std::string text;
  const auto bio = open(path, text);
  if (!bio) {
    return std::unexpected(bio.error());
  }
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio->get(), nullptr, no_password, nullptr));
  OPENSSL_cleanse(text.data(), text.size());
  if (key == nullptr) {
    return about(path, "must hold a private key as PEM, without a password: " + reason());
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return about(path, "is not the key of the certificate: " + reason());
  }
  return {};
}

Done use_client_authorities(SSL_CTX* context, const std::string& path) {
  if (path.empty()) {
    return {};
  }
  std::string text;
  const auto bio = open(path, text);
  if (!bio) {
    return std::unexpected(bio.error());
  }
  std::size_t count = 0;
  while (true) {
    const Owned<X509> authority(PEM_read_bio_X509(bio->get(), nullptr, no_password, nullptr));
    if (authority == nullptr) {
      break;
    }
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return about(path, "holds a certificate that cannot be used: " + reason());
    }
    ++count;
  }
  if (count == 0) {
    return about(path, "must hold certificates as PEM: " + reason());
  }
  ERR_clear_error();
  return {};
}

/// For those that ask for a certificate and look at none.
int take_any(int /*good*/, X509_STORE_CTX* /*chain*/) {
  return 1;
}

void ask_clients(SSL_CTX* context, ClientAuth client_auth) {
  switch (client_auth) {
    case ClientAuth::none:
      SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
      break;
    case ClientAuth::request:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, take_any);
      break;
    case ClientAuth::require_any:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, take_any);
      break;
    case ClientAuth::verify_if_given:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
      break;
    case ClientAuth::require_verified:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      break;
  }
}

Done use_versions_and_ciphers(SSL_CTX* context, const config::WebConfig::Tls& tls) {
  // As in Go the list is for TLS up to 1.2; the suites of 1.3 are all good.
  std::string ciphers;
  for (const auto& suite : tls.cipher_suites) {
    if (const std::string_view name = OPENSSL_cipher_name(suite.c_str()); !name.starts_with("TLS_")) {
      ciphers.append(ciphers.empty() ? "" : ":").append(name);
    }
  }
  auto least = tls.min_version;
  if (!tls.cipher_suites.empty() && ciphers.empty()) {
    if (tls.max_version < TlsVersion::tls13) {
      return std::unexpected(
          std::string("cipher_suites names none for TLS up to 1.2, and max_version asks for that"));
    }
    least = TlsVersion::tls13;
  }
  if (least < TlsVersion::tls12) {
    SSL_CTX_set_security_level(context, 0);  // below 1 libssl does not go for less
  }
  if (SSL_CTX_set_min_proto_version(context, version_number(least)) != 1 ||
      SSL_CTX_set_max_proto_version(context, version_number(tls.max_version)) != 1 ||
      SSL_CTX_set_cipher_list(context, ciphers.empty() ? kGoodCiphers : ciphers.c_str()) != 1) {
    return std::unexpected("these versions and cipher suites cannot be used: " + reason());
  }
  return {};
}

Done use_curves(SSL_CTX* context, const std::vector<std::string>& curves) {
  std::string groups;
  for (std::string_view curve : curves) {
    constexpr std::string_view kGoPrefix = "CurveP";
    groups.append(groups.empty() ? "" : ":");
    if (curve.starts_with(kGoPrefix)) {
      groups.append("P-");
      curve.remove_prefix(kGoPrefix.size());
    }
    groups.append(curve);
  }
  if (!groups.empty() && SSL_CTX_set1_groups_list(context, groups.c_str()) != 1) {
    return std::unexpected("these curves cannot be used: " + reason());
  }
  return {};
}

/// HTTP/1.1 is what is spoken here; a client that offers only others is left to find out.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void* /*user*/) {
  static constexpr std::array<unsigned char, 9> kOwn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, length, kOwn.data(), kOwn.size(), offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::expected<TlsContext, std::string> make_tls_context(const config::WebConfig::Tls& tls) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) {
    return std::unexpected("libssl cannot be used: " + reason());
  }
  auto* const raw = context.get();
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                               (tls.prefer_server_cipher_suites ? SSL_OP_CIPHER_SERVER_PREFERENCE : 0));
  SSL_CTX_set_mode(
      raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // A session that is resumed brings the client's certificate along unchecked: what changed in the file since
  // would not hold for it.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  // Before the certificate: which ones are good enough depends on it.
  if (auto done = use_versions_and_ciphers(raw, tls); !done) {
    return std::unexpected(std::move(done.error()));
  }
  for (auto done : {use_certificate(raw, tls.cert_file), use_key(raw, tls.key_file),
                    use_client_authorities(raw, tls.client_ca_file), use_curves(raw, tls.curves)}) {
    if (!done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  ask_clients(raw, tls.client_auth);
  return context;
}

}  // namespace glusterfs_exporter::web
