/// Input: a file for --web.config.file.
#include "config/web_config.hpp"

#include <algorithm>

#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace config;

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

void run(std::string_view text) {
  const auto config = read_web_config(text, "/folder/x.yml");
  if (!config) {
    const auto& error = config.error();
    Texts().add(error.message);
    require(error.place.starts_with("/folder/x.yml:"), "a place names the file and a line");
    require(!error.message.empty() && error.message.size() < 2048 && is_one_line(error.message),
            "a message is one line, and brief");
    return;
  }
  if (config->tls) {
    require(config->tls->cert_file.starts_with('/') && config->tls->key_file.starts_with('/'),
            "paths start at the file's folder");
    require(config->tls->min_version <= config->tls->max_version, "a version is left");
    const bool verifies = config->tls->client_auth == ClientAuth::verify_if_given ||
                          config->tls->client_auth == ClientAuth::require_verified;
    require(!verifies || !config->tls->client_ca_file.empty(),
            "clients are verified by an authority that is named");
  }
  for (const auto& [name, value] : config->headers) {
    require(!name.empty() && is_one_line(name) && !value.empty() && is_one_line(value),
            "a header is one line");
  }
  for (const auto& [user, hash] : config->users) {
    require(!user.empty() && !user.contains(':') && is_one_line(user), "a user can be sent");
    require(hash.size() == 60 && bcrypt_cost(hash) >= 4 && bcrypt_cost(hash) <= 16, "a hash can be checked");
  }
  const auto again = read_web_config(text, "/folder/x.yml");
  require(again && again->users == config->users && again->headers == config->headers &&
              again->tls.has_value() == config->tls.has_value(),
          "a file means the same each time");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
