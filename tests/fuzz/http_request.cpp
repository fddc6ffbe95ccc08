/// Input: a request as text: "METHOD TARGET ADDRESS", headers "NAME: VALUE", an empty line, and what is
/// posted.
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <utility>

#include "hub/hub.hpp"
#include "live/feed.hpp"
#include "support/fuzz.hpp"
#include "web/access.hpp"
#include "web/header_list.hpp"
#include "web/hub_routes.hpp"
#include "web/live_routes.hpp"
#include "web/receive_routes.hpp"
#include "web/request_body.hpp"
#include "web/request_head.hpp"
#include "web/routes.hpp"
#include "webhook/retry.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace web;
using namespace std::chrono_literals;

constexpr std::string_view kToken = "grafana-grafana-grafana";
constexpr std::string_view kClusterToken = "cluster-cluster-cluster";
constexpr std::string_view kPushToken = "east-east-east-east";
constexpr const char* kPassword = "secrets";
constexpr const char* kHash = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
// "scraper:secrets" without a rest, so that there is one way to write it.
constexpr std::string_view kBasic = "c2NyYXBlcjpzZWNyZXRz";

std::shared_ptr<spdlog::logger> silent() {
  return std::make_shared<spdlog::logger>("fuzz", std::make_shared<spdlog::sinks::null_sink_st>());
}

std::shared_ptr<const std::string> shared(const char* text) {
  return std::make_shared<const std::string>(text);
}

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return std::tolower(c); });
  return lowered;
}

bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void check_path(std::string_view path, const std::optional<std::string>& decoded) {
  if (!decoded) {
    return;
  }
  require(decoded->size() <= path.size() && is_plain(*decoded), "a path has no control characters");
  require(path.contains('%') || *decoded == path, "only escapes are something else");
  std::string encoded;
  for (const unsigned char c : *decoded) {
    encoded += fmt::format("%{:02x}", c);
  }
  require(decode_path(encoded) == decoded, "a path is decoded once");
}

void check_list(std::string_view header) {
  const auto elements = parse_header_list(header);
  require(elements.size() <= header.size(), "there are no more elements than bytes");
  for (const auto& element : elements) {
    require(element.quality >= 0 && element.quality <= 1, "a quality is from 0 to 1");
    require(!element.value.empty() && header.contains(element.value), "an element was sent");
  }
}

void check_wait(std::string_view header) {
  const auto now = std::chrono::system_clock::time_point(1795262400s);
  const auto wait = webhook::parse_retry_after(header, now);
  require(!wait || (*wait >= 0ms && *wait <= 1h), "nobody is waited for longer than an hour");
}

/// All that a hub serves, with something in every place.
class Site {
 public:
  Site()
      : hub_({{"east", std::string(kPushToken)}}, {.log = silent(), .on_news = [] {}, .page_version = "v"}),
        router_(make_router("/metrics", {.page = [this] { return page_; },
                                         .not_ready = [] { return std::vector<std::string>{"status"}; },
                                         .ending = [] { return false; },
                                         .collectors = [] { return std::vector<CollectorRow>(); },
                                         .node_document = [] { return shared("{}"); },
                                         .news = [] {},
                                         .service_discovery = [] { return std::string("[]"); }})) {
    feed_.publish({{"health", "healthy"}}, std::chrono::system_clock::time_point(1795262400s));
    add_live_routes(router_, feed_, events_);
    const auto take = [this](const receive::Post& post) {
      posted_ = true;
      admitted_ = post.admitted;
      require(post.needs_token, "where there are users, posts take a token");
      return receive::accepted("taken\n");
    };
    add_receive_routes(router_, {.gluster_events = take, .alerts = take, .alerts_document = [] {
                                   return nlohmann::json::array();
                                 }});
    add_exporter_route(router_, [] { return nlohmann::json::object(); });
    add_hub_routes(router_, hub_, [this](const hub::Push& push) { return hub_.take(push); });
  }

  [[nodiscard]] const Router& router() const { return router_; }
  /// The answer, and whether a receiver got what was posted.
  Response answer(const Request& request, bool& posted, bool& admitted) {
    posted_ = admitted_ = false;
    auto response = router_.answer(request);
    posted = posted_;
    admitted = admitted_;
    return response;
  }

 private:
  std::shared_ptr<const metrics::Page> page_ = std::make_shared<metrics::Page>(
      metrics::Page{std::make_shared<const Pieces>("text"), std::make_shared<const Pieces>("openmetrics"),
                    shared("text-gzip"), shared("openmetrics-gzip")});
  live::Feed feed_{"epoch"};
  live::EventLog events_;
  hub::Hub hub_;
  Router router_;
  bool posted_ = false;
  bool admitted_ = false;
};

Access make_access() {
  AccessRules rules;
  rules.tokens = {{"grafana", std::string(kToken)}};
  rules.cluster_token = kClusterToken;
  rules.read = {{"health", {"anyone"}}, {"discovery", {"loopback", "signed_in"}}, {"page", {"grafana"}}};
  rules.post = {{"alerts", {"signed_in"}}, {"reload", {"grafana"}}};
  return Access(std::move(rules),
                {.users =
                     [] {
                       return std::make_shared<const Access::Users>(Access::Users{{"scraper", kHash}});
                     },
                 .log = silent(),
                 .compare = [](const std::string& password,
                               const std::string& hash) { return password == kPassword && hash == kHash; },
                 .now = [] { return Access::Clock::time_point(1h); }});
}

void check_answer(const Request& request, const Response& response) {
  require(response.status >= 200 && response.status < 600, "an answer has a status");
  require(is_plain(response.content_type) && !response.content_type.empty(), "an answer has a type");
  for (const auto& [name, value] : response.headers) {
    require(!name.empty() && is_plain(name) && is_plain(value), "a header is one line");
  }
  const auto has = [&response](std::string_view name) {
    return std::ranges::any_of(response.headers, [name](const auto& header) { return header.first == name; });
  };
  require(response.status != 405 || has("Allow"), "405 says what is allowed");
  require(response.status != 401 || has("WWW-Authenticate"), "401 says how");
  require(response.status != 429 || has("Retry-After"), "429 says when");
  require(response.status != 304 || !request.header("If-None-Match").empty(), "304 is for who has it");
  require(response.status < 400 || (response.body != nullptr && response.body->ends_with('\n')),
          "a refusal says why");
  const bool is_page = response.body != nullptr &&
                       (response.body->starts_with("text") || response.body->starts_with("openmetrics"));
  if (request.path == "/metrics" && response.status == 200 && is_page) {
    const auto& page = *response.body;
    const auto encodings = lower(request.header("Accept-Encoding"));
    require(page.ends_with("-gzip") == has("Content-Encoding"), "the coding is said");
    require(!page.ends_with("-gzip") || encodings.contains("gzip") || encodings.contains('*'),
            "who does not ask for gzip gets none");
    require(
        page.starts_with("text") || lower(request.header("Accept")).contains("application/openmetrics-text"),
        "who does not ask for OpenMetrics gets text");
  }
  if (response.stream != nullptr && request.path == "/api/v1/stream" && !request.query.contains("cluster=")) {
    const auto first = response.stream->next();
    require(first.has_value(), "a stream does not end by itself");
    const bool has_newest = request.header("Last-Event-ID").starts_with("epoch");
    require(has_newest || (*first != nullptr && (*first)->contains("event: state\n")),
            "who has nothing gets the state");
  }
}

/// Returns whether the request was let in.
bool check_access(Access& access, Request& request) {
  const auto authorization = request.header("Authorization");
  const bool shows_token = authorization.contains(kToken);
  const bool shows_any =
      shows_token || authorization.contains(kClusterToken) || authorization.contains(kBasic);
  const bool here = request.remote_address.starts_with("127.");
  const auto refusal = access.admit(request);
  if (refusal) {
    check_answer(request, *refusal);
    require(refusal->status == 401 || refusal->status == 403 || refusal->status == 429,
            "a refusal is about access");
    require(!request.admitted, "who is refused is not admitted");
    return false;
  }
  require(!request.admitted || shows_any, "who shows nothing is not admitted");
  require(!request.admitted || request.header("Origin").empty() || shows_token,
          "a web page's post takes a token");
  const bool is_post = request.method == "POST";
  if (is_post &&
      (request.path == kPushPath || request.path == kAlertsPath || request.path == kGlusterEventsPath)) {
    return true;  // receivers look themselves
  }
  if (is_post && request.path == "/-/reload") {
    require(shows_token, "only who is listed has settings read again");
  } else if (request.path == "/metrics") {
    require(authorization.contains(kBasic) || shows_token, "who shows nothing reads nothing");
  } else if (request.path == "/sd") {
    require(here || authorization.contains(kBasic) || shows_token, "discovery is for this machine and users");
  } else if (request.path == "/api/v1/node" || request.path == "/api/v1/news") {
    require(shows_any, "nodes are for the cluster and users");
  } else if (request.path != "/-/healthy" && request.path != "/-/ready") {
    require(shows_token, "the page is for who is listed");
  }
  return true;
}

void run(std::string_view input) {
  static Site site;
  Request request;
  auto first = take_line(input);
  request.method = take_word(first);
  auto target = take_word(first);
  request.remote_address = first;
  const auto path = target.substr(0, target.find('?'));
  request.query = target.substr(std::min(target.size(), path.size() + 1));
  for (auto line = take_line(input); !line.empty(); line = take_line(input)) {
    const auto name = line.substr(0, line.find(':'));
    auto value = line.substr(std::min(line.size(), name.size() + 1));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (is_plain(name) && is_plain(value)) {  // others the server refuses
      request.add_header(name, value);
      check_list(value);
      check_wait(value);
    }
  }
  const auto decoded = decode_path(path);
  check_path(path, decoded);
  if (!decoded) {
    return;
  }
  request.path = *decoded;
  request.body = input;
  const auto problem = framing_problem(request);
  const bool has_length = request.headers.contains("Content-Length");
  if (!problem.empty()) {
    require(has_length, "only a length can be wrong");
    return;
  }
  require(!has_length || (!request.headers.contains("Transfer-Encoding") &&
                          std::ranges::all_of(request.header("Content-Length"),
                                              [](char c) { return c >= '0' && c <= '9'; })),
          "a length is a number, and alone");

  auto access = make_access();
  if (!check_access(access, request)) {
    return;
  }
  const auto max_body = site.router().max_body_bytes(request.method, request.path);
  if (max_body && request.body.size() > *max_body) {
    return;
  }
  bool posted = false;
  bool admitted = false;
  const auto response = site.answer(request, posted, admitted);
  check_answer(request, response);
  require(!posted || (max_body && request.method == "POST"), "a receiver gets posts only");
  require(!posted || admitted == request.admitted, "a receiver knows whether somebody was let in");
  const auto route = site.router().route_of(request.path);
  require(route == "other" || request.path.starts_with(route), "a route is the path, or its beginning");
  require(route != "other" || response.status == 404, "there is nothing else");
  if (request.method == "GET") {
    request.method = "HEAD";
    const auto head = site.answer(request, posted, admitted);
    require(head.status == response.status && head.content_type == response.content_type,
            "HEAD is answered as GET is");
  }
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
