#include "web/access.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "receive/gate.hpp"
#include "receive/jwt.hpp"
#include "web/hub_routes.hpp"
#include "web/receive_routes.hpp"
#include "web/reload_route.hpp"

namespace glusterfs_exporter::web {
namespace {

constexpr std::size_t kMaxEncodedBytes = 4096;

std::string_view read_group_of(std::string_view path, std::string_view telemetry_path) {
  if (path == telemetry_path) {
    return "metrics";
  }
  if (path == "/-/healthy" || path == "/-/ready") {
    return "health";
  }
  if (path == "/api/v1/node" || path == "/api/v1/news") {
    return "node";
  }
  return path == "/sd" ? "discovery" : "page";
}

/// Empty for what takes no posts.
std::string_view post_group_of(std::string_view path) {
  if (path == kAlertsPath) {
    return "alerts";
  }
  if (path == kGlusterEventsPath) {
    return "gluster_events";
  }
  return path == kReloadPath ? "reload" : "";
}

bool is_on_this_machine(const Request& request) {
  return request.remote_address.starts_with("127.");
}

bool contains(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

/// What follows "Basic"; empty when that is not what the header says.
std::string_view basic_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() <= kScheme.size() ||
      !equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

/// RFC 4648; nothing when it is not that.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto end = std::min(text.find_last_not_of('=') + 1, text.size());
  const auto padding = text.size() - end;
  if (text.empty() || text.size() > kMaxEncodedBytes || text.size() % 4 != 0 || padding > 2 ||
      text.substr(0, end).find_first_not_of(kCharacters) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length != static_cast<int>(bytes.size())) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

Response later() {
  auto response = text_response(429, "429 too many wrong passwords or tokens. Try again later.\n");
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

Response forbidden(std::string_view problem) {
  return text_response(403, fmt::format("403 {}.\n", problem));
}

}  // namespace

Access::Now Access::now() const {
  auto users = parts_.users ? parts_.users() : nullptr;
  return {rules_.get(), users == nullptr ? no_users_ : users};
}

Access::List Access::read_list(std::string_view group, const Now& now) {
  if (const auto found = now.rules->read.find(group); found != now.rules->read.end()) {
    return found->second;
  }
  if (group == "node" && !now.rules->cluster_token.empty()) {
    return {std::string(config::kCluster), std::string(config::kSignedIn)};
  }
  return {std::string(now.is_protected() ? config::kSignedIn : config::kAnyone)};
}

bool Access::is_listed(const List& list, const Caller& caller) {
  switch (caller.kind) {
    case Caller::Kind::nobody:
      return false;
    case Caller::Kind::cluster:
      return contains(list, config::kCluster);
    case Caller::Kind::user:
    case Caller::Kind::token:
      return contains(list, config::kSignedIn) || contains(list, caller.name);
  }
  return false;
}

bool Access::lets_cluster_in() const {
  const auto now = this->now();
  const auto list = read_list("node", now);
  return contains(list, config::kAnyone) ||
         (contains(list, config::kCluster) && !now.rules->cluster_token.empty());
}

std::optional<Response> Access::admit(Request& request) {
  const auto now = this->now();
  if (request.method == "POST" && request.path == kPushPath) {
    return std::nullopt;  // the hub knows its clusters' tokens, and takes nothing without one
  }
  const auto group = request.method == "POST" ? post_group_of(request.path) : std::string_view();
  if (!group.empty()) {
    return admit_post(request, group, now);
  }
  return admit_read(request, read_group_of(request.path, now.rules->telemetry_path), now);
}

std::optional<Response> Access::admit_read(const Request& request, std::string_view group, const Now& now) {
  const auto list = read_list(group, now);
  if (contains(list, config::kAnyone) || (contains(list, config::kLoopback) && is_on_this_machine(request))) {
    return std::nullopt;
  }
  auto caller = identify(request, now);
  if (caller.answer) {
    return std::move(caller.answer);
  }
  if (is_listed(list, caller)) {
    return std::nullopt;
  }
  if (caller.kind == Caller::Kind::nobody) {
    if (caller.wrong && basic_of(request.header("Authorization")).empty()) {
      limits_.failed(request.remote_address, parts_.now());
      note_failure(request);
    }
    return challenge(now, caller.wrong);
  }
  return forbidden(fmt::format("access.read.{} does not list who you are", group));
}

std::optional<Response> Access::admit_post(Request& request, std::string_view group, const Now& now) {
  const auto rule = now.rules->post.find(group);
  // Browsers send a password that they know along with whatever a page has them post.
  const bool from_web_page = !request.header("Origin").empty();
  // /-/reload has no gate of its own.
  const bool has_receiver = group != "reload";
  if (has_receiver && !request.header("Authorization").empty() &&
      limits_.is_blocked(request.remote_address, parts_.now())) {
    return later();
  }
  if (rule == now.rules->post.end()) {
    request.needs_token = now.is_protected();
    if (has_receiver) {
      return std::nullopt;
    }
    if (request.needs_token || !is_on_this_machine(request) || from_web_page) {
      return forbidden(
          "access.post.reload lists nobody, and then only this machine may, while there are no users");
    }
    request.admitted = true;
    return std::nullopt;
  }
  request.needs_token = true;
  const auto& list = rule->second;
  auto caller = Caller();
  request.admitted =
      contains(list, config::kAnyone) || (contains(list, config::kLoopback) && is_on_this_machine(request));
  if (!request.admitted) {
    caller = identify(request, now);
    if (caller.answer) {
      return std::move(caller.answer);
    }
    request.admitted = is_listed(list, caller);
  }
  if (request.admitted && from_web_page && caller.kind != Caller::Kind::token) {
    request.admitted = false;
    return forbidden("web pages may not post");
  }
  if (request.admitted) {
    return std::nullopt;
  }
  // What is sent may be the receiver's own token: that is for the receiver to say.
  if (has_receiver && !receive::bearer_of(request.header("Authorization")).empty()) {
    return std::nullopt;
  }
  if (caller.kind == Caller::Kind::nobody) {
    if (caller.wrong && !has_receiver) {
      failed(request.remote_address);
    }
    return challenge(now, caller.wrong);
  }
  return forbidden(fmt::format("access.post.{} does not list who you are", group));
}

Access::Caller Access::identify(const Request& request, const Now& now) {
  const auto authorization = request.header("Authorization");
  if (authorization.empty()) {
    return {};
  }
  // First of all: a right password among many wrong ones would else be found at the speed of what is kept.
  if (limits_.is_blocked(request.remote_address, parts_.now())) {
    Caller caller;
    caller.answer = later();
    return caller;
  }
  if (const auto encoded = basic_of(authorization); !encoded.empty()) {
    return by_password(request, encoded, *now.users);
  }
  return by_token(receive::bearer_of(authorization), *now.rules);
}

Access::Caller Access::by_token(std::string_view token, const AccessRules& rules) {
  Caller caller;
  // All are compared, so that the time does not tell which one it was.
  for (const auto& [name, known] : rules.tokens) {
    if (receive::is_same_secret(token, known)) {
      caller.kind = Caller::Kind::token;
      caller.name = name;
    }
  }
  if (!rules.cluster_token.empty() && receive::is_same_secret(token, rules.cluster_token)) {
    caller.kind = Caller::Kind::cluster;
  }
  caller.wrong = caller.kind == Caller::Kind::nobody;
  return caller;
}

Access::Caller Access::by_password(const Request& request, std::string_view encoded, const Users& users) {
  Caller caller;
  caller.wrong = true;
  const auto decoded = decode_base64(encoded);
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (users.empty() || colon == std::string::npos) {
    limits_.failed(request.remote_address, parts_.now());
    return caller;
  }
  const auto user = std::string_view(*decoded).substr(0, colon);
  const auto password = std::string_view(*decoded).substr(colon + 1);
  auto result = PasswordCheck::Result::good;
  if (!passwords_.is_known(users, user, password)) {
    if (!limits_.take(request.remote_address, parts_.now())) {
      caller.answer = later();
      return caller;
    }
    result = passwords_.check(users, user, password);
    if (result != PasswordCheck::Result::bad) {
      limits_.give_back(request.remote_address, parts_.now());
    }
  }
  if (result == PasswordCheck::Result::busy) {
    caller.answer = later();
  } else if (result == PasswordCheck::Result::good) {
    caller.kind = Caller::Kind::user;
    caller.name = user;
    caller.wrong = false;
  } else {
    note_failure(request);
  }
  return caller;
}

Response Access::challenge(const Now& now, bool wrong) {
  auto response = text_response(401, wrong ? "401 that user and password, or that token, is not known here.\n"
                                           : "401 say who you are.\n");
  if (!now.users->empty()) {
    response.headers.emplace_back("WWW-Authenticate", R"(Basic realm="glusterfs_exporter", charset="UTF-8")");
  }
  if (now.users->empty() || !now.rules->tokens.empty()) {
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  return response;
}

void Access::failed(std::string_view address) {
  limits_.failed(address, parts_.now());
}

void Access::note_failure(const Request& request) {
  const std::scoped_lock lock(log_mutex_);
  if (log_lines_.take(parts_.now())) {
    // Not the user: people type passwords there.
    parts_.log->warn("web server: {} sent a wrong password or token", request.remote_address);
  }
}

std::string Access::summary(bool tls, OwnTokens own) const {
  const auto now = this->now();
  const bool is_closed = now.is_protected();
  const auto posters = [&](std::string_view group, bool has_token) -> std::string {
    const std::string token = has_token ? "its token" : "";
    if (now.rules->post.contains(group)) {
      return fmt::format("{}{}access.post.{}", token, has_token ? " or " : "", group);
    }
    return has_token ? token : is_closed ? "nobody" : "this machine only";
  };
  return fmt::format("access, {}: {} may read{}; alerts are taken from {}, Gluster's events from {}",
                     tls ? "by TLS" : "without TLS", is_closed ? "users and tokens" : "everybody",
                     now.rules->read.empty() ? "" : " but for what access.read says",
                     posters("alerts", own.alerts), posters("gluster_events", own.gluster_events));
}

}  // namespace glusterfs_exporter::web
