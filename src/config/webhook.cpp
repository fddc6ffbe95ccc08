#include "config/webhook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

#include "common/curl.hpp"
#include "config/settings.hpp"
#include "config/yaml_reader.hpp"

namespace glusterfs_exporter::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxHeaders = 32;
constexpr std::size_t kMaxHeaderBytes = 1024;
constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::size_t kMebibyte = std::size_t{1} << 20U;
constexpr std::size_t kLeastQueueBytes = kMebibyte;
constexpr std::size_t kMostQueueBytes = 10240 * kMebibyte;

bool has_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return has;
}

Parsed<std::string> parse_url(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  const CurlUrl url(curl_url());
  if (!(text.starts_with("http://") || text.starts_with("https://")) || !visible ||
      text.size() > kMaxUrlBytes || url == nullptr ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) {
    return std::unexpected("must be a URL such as https://hub.example.com/api/v1/push, is " + quote(text));
  }
  if (has_part(url.get(), CURLUPART_USER) || has_part(url.get(), CURLUPART_PASSWORD)) {
    return std::unexpected(
        "must not hold a user or a password: basic_auth.username and basic_auth.password_file are for them");
  }
  if (has_part(url.get(), CURLUPART_FRAGMENT)) {
    return std::unexpected("must not have a fragment, is " + quote(text));
  }
  return std::string(text);
}

Parsed<WebhookFormat> parse_format(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, WebhookFormat>, 3> kFormats = {
      {{"glusterfs_exporter/v1", WebhookFormat::state},
       {"changes", WebhookFormat::changes},
       {"gluster-dashboard", WebhookFormat::gluster_dashboard}}};
  const auto* const found =
      std::ranges::find(kFormats, text, &std::pair<std::string_view, WebhookFormat>::first);
  if (found == kFormats.end()) {
    return std::unexpected("must be glusterfs_exporter/v1, changes or gluster-dashboard, is " + quote(text));
  }
  return found->second;
}

Parsed<WebhookSender> parse_sender(std::string_view text) {
  if (text == "leader") {
    return WebhookSender::leader;
  }
  if (text == "always") {
    return WebhookSender::always;
  }
  return std::unexpected("must be leader or always, is " + quote(text));
}

Parsed<std::chrono::milliseconds> parse_attempt_timeout(std::string_view text) {
  return parse_duration(text, 100ms, 5min);
}

/// A number of MiB or GiB, such as 16MiB.
Parsed<std::size_t> parse_queue_limit(std::string_view text) {
  const auto problem = [text] {
    return std::unexpected("must be a size from 1MiB to 10GiB such as 64MiB, is " + quote(text));
  };
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  constexpr std::size_t kMostMebibytes = kMostQueueBytes / kMebibyte;
  if (error != std::errc{} || number > kMostMebibytes || (unit != "MiB" && unit != "GiB")) {
    return problem();
  }
  const std::size_t bytes = number * kMebibyte * (unit == "GiB" ? 1024 : 1);
  if (bytes < kLeastQueueBytes || bytes > kMostQueueBytes) {
    return problem();
  }
  return bytes;
}

/// The headers that make the request what it is.
bool is_own_header(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 10> kOwn = {
      "host",       "content-type", "content-length", "content-encoding", "transfer-encoding",
      "connection", "expect",       "upgrade",        "authorization",    "proxy-authorization"};
  return std::ranges::find(kOwn, lower) != kOwn.end() || lower.starts_with("webhook-");
}

Parsed<std::string> parse_header_name(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110, token
  const bool token = std::ranges::all_of(text, [&](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || kOthers.contains(static_cast<char>(c)));
  });
  if (text.empty() || text.size() > kMaxHeaderBytes || !token) {
    return std::unexpected("must be that of an HTTP header, is " + quote(text));
  }
  if (is_own_header(text)) {
    return std::unexpected("must not be one that this program sets itself, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_header_value(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
  if (!plain || text.size() > kMaxHeaderBytes) {
    return std::unexpected(fmt::format("must be at most {} printable ASCII characters", kMaxHeaderBytes));
  }
  return std::string(text);
}

Parsed<std::string> parse_username(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F && c != ':'; });
  if (text.empty() || text.size() > kMaxHeaderBytes || !plain) {
    return std::unexpected("must be printable ASCII characters without ':', is " + quote(text));
  }
  return std::string(text);
}

void read_basic_auth(YamlMapping& yaml, WebhookTarget& target) {
  yaml.value("username", parse_username, target.username);
  yaml.value("password_file", parse_key_path, target.password_file);
  if (target.username.empty() != target.password_file.empty()) {
    yaml.fail(target.username.empty() ? "username" : "password_file",
              "is missing: it takes a username and a password_file");
  }
}

void read_tls(YamlMapping& yaml, WebhookTarget& target) {
  yaml.value("ca_file", parse_key_path, target.ca_file);
  yaml.value("cert_file", parse_key_path, target.cert_file);
  yaml.value("key_file", parse_key_path, target.key_file);
  if (target.cert_file.empty() != target.key_file.empty()) {
    yaml.fail(target.cert_file.empty() ? "cert_file" : "key_file",
              "is missing: a client's certificate takes a cert_file and a key_file");
  }
}

/// What only several settings together can be wrong about.
void check_target(YamlMapping& yaml, const WebhookTarget& target) {
  if (target.url.empty()) {
    yaml.fail("url", "is missing: where to send to");
  }
  if (target.interval == 0ms && !target.on_change) {
    yaml.fail("interval", "is missing: without on_change: true it has to say how often to send");
  }
  if (!target.bearer_token_file.empty() && !target.username.empty()) {
    yaml.fail("basic_auth", "must not be there beside bearer_token_file: a request has one Authorization");
  }
  const bool tls = !target.ca_file.empty() || !target.cert_file.empty();
  if (tls && target.url.starts_with("http://")) {
    yaml.fail("tls_config", "is for a URL that begins with https://");
  }
}

void read_target(YamlMapping& yaml, WebhookTarget& target) {
  yaml.value("url", parse_url, target.url);
  yaml.value("format", parse_format, target.format);
  yaml.value("interval", parse_interval, target.interval);
  yaml.value("on_change", parse_bool, target.on_change);
  yaml.value("send", parse_sender, target.send);
  YamlMapping& headers = yaml.mapping("headers");
  for (const auto& name : headers.names(parse_header_name, kMaxHeaders)) {
    headers.value(name, parse_header_value, target.headers[name]);
  }
  yaml.value("bearer_token_file", parse_key_path, target.bearer_token_file);
  read_basic_auth(yaml.mapping("basic_auth"), target);
  yaml.value("signing_secret_file", parse_key_path, target.signing_secret_file);
  read_tls(yaml.mapping("tls_config"), target);
  yaml.value("timeout", parse_attempt_timeout, target.timeout);
  yaml.value("gzip", parse_bool, target.gzip);
  yaml.value("queue_limit", parse_queue_limit, target.queue_limit_bytes);
  check_target(yaml, target);
}

}  // namespace

void read_webhook(YamlMapping& yaml, Webhook& webhook) {
  yaml.value("spool_directory", parse_key_path, webhook.spool_directory);
  YamlMapping& targets = yaml.mapping("targets");
  for (const auto& name : targets.names(parse_name, kMaxWebhookTargets)) {
    read_target(targets.mapping(name), webhook.targets[name]);
  }
}

}  // namespace glusterfs_exporter::config
