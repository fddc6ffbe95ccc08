#include "config/config.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::config {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using std::chrono::milliseconds;

constexpr std::array<CollectorDefaults, 2> collectors = {
    {{.name = "status", .help = "bricks and daemons online", .enabled = true, .interval = 30s},
     {.name = "top", .help = "the busiest files", .enabled = false, .interval = 1min}}};

// ---- single values

TEST(Duration, ReadsWhatPrometheusWrites) {
  const std::vector<std::pair<std::string, milliseconds>> cases = {
      {"500ms", 500ms},  {"15s", 15s},
      {"2m", 2min},      {"1h", 1h},
      {"1m30s", 90s},    {"1h0m5s", 1h + 5s},
      {"1d", 24h},       {"1w", 24h * 7},
      {"1y", 24h * 365}, {"1y2w3d4h5m6s7ms", 24h * (365 + 14 + 3) + 4h + 5min + 6s + 7ms},
      {"007s", 7s},
  };
  for (const auto& [text, duration] : cases) {
    EXPECT_EQ(parse_duration(text, 1ms, 24h * 1000), duration) << text;
  }
}

TEST(Duration, RefusesOtherText) {
  for (const std::string text : {"", "0", "15", "-5s", "+5s", " 15s", "15s ", "15 s", "1.5s", "s", "5S",
                                 "15sec", "1s1m", "1m1m", "1ms1s", "1s5", "5\xC2\xB5s"}) {
    EXPECT_EQ(parse_duration(text, 1s, 24h),
              Parsed<milliseconds>(std::unexpect,
                                   "must be a duration such as 500ms, 15s, 2m or 1m30s, is '" + text + "'"));
  }
}

TEST(Duration, KeepsToItsRange) {
  const auto error = [](const std::string& text) {
    return Parsed<milliseconds>(std::unexpect, "must be from 1s to 24h, is '" + text + "'");
  };
  EXPECT_EQ(parse_interval("1s"), Parsed<milliseconds>(1s));
  EXPECT_EQ(parse_interval("24h"), Parsed<milliseconds>(24h));
  for (const std::string text :
       {"0s", "999ms", "24h1ms", "18446744073709551615y", "99999999999999999999999999s",
        "9223372036854775807ms", "292471208y9223372036854775807ms"}) {
    EXPECT_EQ(parse_interval(text), error(text));
  }
  EXPECT_EQ(parse_timeout("100ms"), Parsed<milliseconds>(100ms));
  EXPECT_EQ(parse_timeout("1h"), Parsed<milliseconds>(1h));
  EXPECT_EQ(parse_timeout("99ms").error(), "must be from 100ms to 1h, is '99ms'");
  EXPECT_EQ(parse_timeout("61m").error(), "must be from 100ms to 1h, is '61m'");
}

TEST(Duration, IsWrittenAsItIsRead) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(1ms), "1ms");
  EXPECT_EQ(format_duration(1500ms), "1s500ms");
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(24h), "24h");
  EXPECT_EQ(format_duration(25h + 5min + 6s + 7ms), "25h5m6s7ms");
}

TEST(WholeNumber, KeepsToItsRange) {
  EXPECT_EQ(parse_top_files("1"), Parsed<std::size_t>(1));
  EXPECT_EQ(parse_top_files("100"), Parsed<std::size_t>(100));
  for (const std::string text :
       {"", "0", "101", "-1", "+1", "1.0", "0x10", "1 ", "ten", "99999999999999999999999"}) {
    EXPECT_EQ(parse_top_files(text),
              Parsed<std::size_t>(std::unexpect, "must be a whole number from 1 to 100, is '" + text + "'"));
  }
}

TEST(Bool, IsTrueOrFalse) {
  EXPECT_EQ(parse_bool("true"), Parsed<bool>(true));
  EXPECT_EQ(parse_bool("false"), Parsed<bool>(false));
  for (const std::string text : {"", "True", "yes", "on", "1"}) {
    EXPECT_EQ(parse_bool(text), Parsed<bool>(std::unexpect, "must be true or false, is '" + text + "'"));
  }
}

TEST(ListenAddress, ReadsNumericIpv4) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:9713"), Parsed<std::string>("127.0.0.1:9713"));
  EXPECT_EQ(parse_listen_address("0.0.0.0:1"), Parsed<std::string>("0.0.0.0:1"));
  EXPECT_EQ(parse_listen_address("255.255.255.255:65535"), Parsed<std::string>("255.255.255.255:65535"));
  EXPECT_EQ(parse_listen_address(":9713"), Parsed<std::string>("0.0.0.0:9713"));
  EXPECT_EQ(parse_listen_address(":09713"), Parsed<std::string>("0.0.0.0:9713"));
}

TEST(ListenAddress, RefusesTheRest) {
  for (const std::string text :
       {"", "9713", "127.0.0.1", "localhost:9713", "127.1:9713", "256.0.0.1:9713", " 127.0.0.1:9713"}) {
    EXPECT_EQ(
        parse_listen_address(text),
        Parsed<std::string>(std::unexpect,
                            "must be a numeric IPv4 address and a port such as 127.0.0.1:9713, or :9713 for "
                            "all addresses, is '" +
                                text + "'"));
  }
  EXPECT_EQ(
      parse_listen_address("127.0.0.1\0x:9713"s).error(),
      "must be a numeric IPv4 address and a port such as 127.0.0.1:9713, or :9713 for all addresses, is "
      "'127.0.0.1\\x00x:9713'");
  EXPECT_EQ(parse_listen_address(":").error(), "the port must be a whole number from 1 to 65535, is ''");
  EXPECT_EQ(parse_listen_address(":0").error(), "the port must be a whole number from 1 to 65535, is '0'");
  EXPECT_EQ(parse_listen_address(":65536").error(),
            "the port must be a whole number from 1 to 65535, is '65536'");
  EXPECT_EQ(parse_listen_address("1.2.3.4:80a").error(),
            "the port must be a whole number from 1 to 65535, is '80a'");
  for (const std::string text : {"[::]:9713", "[::1]:9713", "::1:9713", "[::1]", "::"}) {
    EXPECT_EQ(
        parse_listen_address(text),
        Parsed<std::string>(std::unexpect,
                            "IPv6 is not possible because Debian's civetweb is built without it: must be a "
                            "numeric IPv4 address and a port such as 127.0.0.1:9713, is '" +
                                text + "'"));
  }
}

TEST(TelemetryPath, IsAPathOfItsOwn) {
  for (const std::string path :
       {"/metrics", "/gluster/metrics", "/m", "/sd2", "/-/metrics", "/a.b_c~D-9/", "/api"}) {
    EXPECT_EQ(parse_telemetry_path(path), Parsed<std::string>(path));
  }
  for (const std::string path : {"", "metrics", "http://x/metrics"}) {
    EXPECT_EQ(parse_telemetry_path(path),
              Parsed<std::string>(std::unexpect, "must begin with '/', is '" + path + "'"));
  }
  for (const std::string path : {"/", "/-/healthy", "/-/ready", "/-/reload", "/sd", "/api/", "/api/v1/x"}) {
    EXPECT_EQ(parse_telemetry_path(path),
              Parsed<std::string>(
                  std::unexpect,
                  "must not be a path that is used already (/, /-/healthy, /-/ready, /-/reload, /sd, "
                  "/api/), is '" +
                      path + "'"));
  }
  for (const std::string path :
       {"/a b", "/m?x", "/m#x", "/%6d", "//m", "/m//", "/./m", "/../m", "/m/.", "/m/..", "/\u00e9"}) {
    EXPECT_EQ(parse_telemetry_path(path),
              Parsed<std::string>(
                  std::unexpect,
                  "must be a plain path of letters, digits, '-', '.', '_' and '~' such as /metrics, "
                  "is '" +
                      path + "'"));
  }
}

TEST(Program, IsAPathOrAName) {
  for (const std::string program : {"gluster", "/usr/sbin/gluster", "/opt/my gluster"}) {
    EXPECT_EQ(parse_program(program), Parsed<std::string>(program));
  }
  for (const std::string program : {"", "./gluster", "sbin/gluster", "--once"}) {
    EXPECT_EQ(parse_program(program),
              Parsed<std::string>(std::unexpect,
                                  "must be an absolute path or the name of a program, is '" + program + "'"));
  }
  EXPECT_EQ(parse_program("glus\nter").error(),
            "must be an absolute path or the name of a program, is 'glus\\nter'");
}

TEST(SocketPath, IsAbsoluteAndFitsASocket) {
  const std::string longest = "/" + std::string(106, 'x');
  EXPECT_EQ(parse_socket_path(""), Parsed<std::string>(""));
  EXPECT_EQ(parse_socket_path("/run/glusterd.socket"), Parsed<std::string>("/run/glusterd.socket"));
  EXPECT_EQ(parse_socket_path(longest), Parsed<std::string>(longest));
  EXPECT_EQ(parse_socket_path("run/x").error(), "must be an absolute path, is 'run/x'");
  EXPECT_EQ(parse_socket_path("/run/\0x"s).error(), "must be an absolute path, is '/run/\\x00x'");
  EXPECT_EQ(parse_socket_path(longest + "x").error(),
            "must not be longer than 107 bytes, the most a Unix socket can have, is '/" +
                std::string(59, 'x') + "...'");
}

TEST(Quote, MakesOneShortLine) {
  EXPECT_EQ(quote(""), "''");
  EXPECT_EQ(quote("a\nb\tc\x1b\x7f"), "'a\\nb\\x09c\\x1b\\x7f'");
  EXPECT_EQ(quote("a\xff"), "'a\uFFFD'");
  EXPECT_EQ(quote(std::string(60, 'x')), "'" + std::string(60, 'x') + "'");
  EXPECT_EQ(quote(std::string(61, 'x')), "'" + std::string(60, 'x') + "...'");
  EXPECT_EQ(quote(std::string(59, 'x') + "\u00e9"), "'" + std::string(59, 'x') + "...'");
}

// ---- the defaults

TEST(Config, HasDefaults) {
  const Config config = default_config(collectors);
  EXPECT_EQ(config.web.listen_address, "0.0.0.0:9713");
  EXPECT_EQ(config.web.telemetry_path, "/metrics");
  EXPECT_EQ(config.gluster.path, "gluster");
  EXPECT_EQ(config.gluster.socket, "");
  EXPECT_EQ(config.gluster.query_timeout, 20s);
  EXPECT_EQ(config.gluster.transaction_timeout, 2min);
  EXPECT_EQ(config.gluster.crawl_timeout, 10min);
  EXPECT_EQ(config.log.level, "info");
  EXPECT_EQ(config.log.format, LogFormat::logfmt);
  EXPECT_EQ(config.top.files, 10U);
  EXPECT_EQ(config.volume_options, std::vector<std::string>({"auth.allow",
                                                             "client.ssl",
                                                             "cluster.brick-multiplex",
                                                             "cluster.favorite-child-policy",
                                                             "cluster.quorum-count",
                                                             "cluster.quorum-type",
                                                             "cluster.self-heal-daemon",
                                                             "cluster.server-quorum-ratio",
                                                             "cluster.server-quorum-type",
                                                             "features.bitrot",
                                                             "features.inode-quota",
                                                             "features.quota",
                                                             "features.read-only",
                                                             "features.shard",
                                                             "features.worm",
                                                             "network.ping-timeout",
                                                             "performance.cache-size",
                                                             "server.root-squash",
                                                             "server.ssl",
                                                             "storage.reserve"}));
  ASSERT_EQ(config.collectors.size(), 2U);
  EXPECT_EQ(config.collectors.at("status").enabled, true);
  EXPECT_EQ(config.collectors.at("status").interval, 30s);
  EXPECT_EQ(config.collectors.at("top").enabled, false);
  EXPECT_EQ(config.collectors.at("top").interval, 1min);
  EXPECT_TRUE(config.origins.empty());
  EXPECT_EQ(config.origin("web.listen_address"), "default");
}

TEST(Config, DefaultOptionsAreOnesTheFileCouldName) {
  for (const std::string& option : default_config(collectors).volume_options) {
    EXPECT_EQ(parse_volume_option(option), Parsed<std::string>(option));
  }
}

// ---- the file

Config applied(const std::string& yaml) {
  Config config = default_config(collectors);
  const auto result = apply_yaml(yaml, "x.yml", config);
  EXPECT_TRUE(result) << result.error().place << ": " << result.error().message;
  return config;
}

TEST(ConfigFile, SetsEverything) {
  const Config config = applied(R"(
web:
  listen_address: 127.0.0.1:9999
  telemetry_path: /gluster
  max_viewers: 1000
gluster:
  path: /opt/gluster
  socket: /run/gd.socket
  source: cli
  timeouts:
    query: 5s
    transaction: 1m30s
    crawl: 1h
cluster:
  leader: always
  exporter_port: 9999
log:
  level: debug
  format: json
collectors:
  status:
    enabled: false
    interval: 1m
  top:
    enabled: true
top:
  files: 25
volume_options:
  - features.shard
  - 'user.my_option-2'
)");
  EXPECT_EQ(config.web.listen_address, "127.0.0.1:9999");
  EXPECT_EQ(config.web.telemetry_path, "/gluster");
  EXPECT_EQ(config.web.max_viewers, 1000U);
  EXPECT_EQ(config.gluster.path, "/opt/gluster");
  EXPECT_EQ(config.gluster.socket, "/run/gd.socket");
  EXPECT_EQ(config.gluster.source, SourceChoice::cli);
  EXPECT_EQ(config.cluster.leader, LeaderChoice::always);
  EXPECT_EQ(config.cluster.exporter_port, 9999);
  EXPECT_EQ(config.gluster.query_timeout, 5s);
  EXPECT_EQ(config.gluster.transaction_timeout, 90s);
  EXPECT_EQ(config.gluster.crawl_timeout, 1h);
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.collectors.at("status").enabled, false);
  EXPECT_EQ(config.collectors.at("status").interval, 1min);
  EXPECT_EQ(config.collectors.at("top").enabled, true);
  EXPECT_EQ(config.collectors.at("top").interval, 1min);
  EXPECT_EQ(config.top.files, 25U);
  EXPECT_EQ(config.volume_options, std::vector<std::string>({"features.shard", "user.my_option-2"}));

  const std::map<std::string, std::string, std::less<>> origins = {
      {"web.listen_address", "x.yml:3"},
      {"web.telemetry_path", "x.yml:4"},
      {"web.max_viewers", "x.yml:5"},
      {"gluster.path", "x.yml:7"},
      {"gluster.socket", "x.yml:8"},
      {"gluster.source", "x.yml:9"},
      {"gluster.timeouts.query", "x.yml:11"},
      {"gluster.timeouts.transaction", "x.yml:12"},
      {"gluster.timeouts.crawl", "x.yml:13"},
      {"cluster.leader", "x.yml:15"},
      {"cluster.exporter_port", "x.yml:16"},
      {"log.level", "x.yml:18"},
      {"log.format", "x.yml:19"},
      {"collectors.status.enabled", "x.yml:22"},
      {"collectors.status.interval", "x.yml:23"},
      {"collectors.top.enabled", "x.yml:25"},
      {"top.files", "x.yml:27"},
      {"volume_options", "x.yml:28"},
  };
  EXPECT_EQ(config.origins, origins);
  EXPECT_EQ(config.origin("collectors.status.interval"), "x.yml:23");
  EXPECT_EQ(config.origin("collectors.top.interval"), "default");
}

TEST(ConfigFile, NamesWhoMayPush) {
  const Config config = applied(R"(
hub: true
push:
  clusters:
    east: {token_file: /etc/east}
    west-2.example: {token_file: /etc/west}
)");
  EXPECT_TRUE(config.hub);
  ASSERT_EQ(config.pushed_clusters.size(), 2U);
  EXPECT_EQ(config.pushed_clusters.at("east").token_file, "/etc/east");
  EXPECT_EQ(config.pushed_clusters.at("west-2.example").token_file, "/etc/west");
  EXPECT_EQ(config.origin("push.clusters.east.token_file"), "x.yml:5");
}

TEST(ConfigFile, NamesWhoIsSentDocuments) {
  const Config config = applied(R"(
webhook:
  spool_directory: /var/spool/x
  targets:
    hub:
      url: https://hub:9713/api/v1/push?from=here
      interval: 30s
      on_change: true
      headers: {X-Scope-OrgID: storage, x-b: ""}
      bearer_token_file: /etc/token
      signing_secret_file: /etc/secret
      tls_config: {ca_file: /etc/ca, cert_file: /etc/cert, key_file: /etc/key}
      timeout: 1s
      gzip: true
      queue_limit: 2GiB
    old:
      url: http://[::1]:8080
      format: gluster-dashboard
      interval: 1m
      send: always
      basic_auth: {username: me, password_file: /etc/password}
    what-changed: {url: "http://127.0.0.1/", format: changes, on_change: true}
)");
  EXPECT_EQ(config.webhook.spool_directory, "/var/spool/x");
  ASSERT_EQ(config.webhook.targets.size(), 3U);
  const auto& hub = config.webhook.targets.at("hub");
  EXPECT_EQ(hub.url, "https://hub:9713/api/v1/push?from=here");
  EXPECT_EQ(hub.format, WebhookFormat::state);
  EXPECT_EQ(hub.interval, 30s);
  EXPECT_TRUE(hub.on_change);
  EXPECT_EQ(hub.send, WebhookSender::leader);
  EXPECT_EQ(hub.headers,
            (std::map<std::string, std::string, std::less<>>{{"X-Scope-OrgID", "storage"}, {"x-b", ""}}));
  EXPECT_EQ(hub.bearer_token_file, "/etc/token");
  EXPECT_EQ(hub.signing_secret_file, "/etc/secret");
  EXPECT_EQ(hub.ca_file, "/etc/ca");
  EXPECT_EQ(hub.cert_file, "/etc/cert");
  EXPECT_EQ(hub.key_file, "/etc/key");
  EXPECT_EQ(hub.timeout, 1s);
  EXPECT_TRUE(hub.gzip);
  EXPECT_EQ(hub.queue_limit_bytes, std::size_t{2} << 30U);
  const auto& old = config.webhook.targets.at("old");
  EXPECT_EQ(old.format, WebhookFormat::gluster_dashboard);
  EXPECT_EQ(old.interval, 60s);
  EXPECT_FALSE(old.on_change);
  EXPECT_EQ(old.send, WebhookSender::always);
  EXPECT_EQ(old.username, "me");
  EXPECT_EQ(old.password_file, "/etc/password");
  EXPECT_EQ(old.timeout, 10s);
  EXPECT_FALSE(old.gzip);
  EXPECT_EQ(old.queue_limit_bytes, std::size_t{16} << 20U);
  EXPECT_EQ(config.webhook.targets.at("what-changed").format, WebhookFormat::changes);
}

TEST(ConfigFile, SaysWhatIsWrongWithATarget) {
  const std::vector<std::pair<std::string, std::string>> targets = {
      {"interval: 1m", "webhook.targets.a.url: is missing: where to send to"},
      {"url: http://h/",
       "webhook.targets.a.interval: is missing: without on_change: true it has to say how "
       "often to send"},
      {"url: ftp://h/, interval: 1m",
       "webhook.targets.a.url: must be a URL such as https://hub.example.com/api/v1/push, is 'ftp://h/'"},
      {"url: http://a b/, interval: 1m",
       "webhook.targets.a.url: must be a URL such as https://hub.example.com/api/v1/push, is 'http://a b/'"},
      {"url: http://me:secret@h/, interval: 1m",
       "webhook.targets.a.url: must not hold a user or a password: basic_auth.username and "
       "basic_auth.password_file are for them"},
      {"url: \"http://h/#x\", interval: 1m",
       "webhook.targets.a.url: must not have a fragment, is 'http://h/#x'"},
      {"url: http://h/, interval: 1m, format: xml",
       "webhook.targets.a.format: must be glusterfs_exporter/v1, changes or gluster-dashboard, is 'xml'"},
      {"url: http://h/, interval: 500ms", "webhook.targets.a.interval: must be from 1s to 24h, is '500ms'"},
      {"url: http://h/, interval: 1m, send: me", "webhook.targets.a.send: must be leader or always, is 'me'"},
      {"url: http://h/, interval: 1m, timeout: 6m",
       "webhook.targets.a.timeout: must be from 100ms to 5m, is '6m'"},
      {"url: http://h/, interval: 1m, queue_limit: 16",
       "webhook.targets.a.queue_limit: must be a size from 1MiB to 10GiB such as 64MiB, is '16'"},
      {"url: http://h/, interval: 1m, queue_limit: 11GiB",
       "webhook.targets.a.queue_limit: must be a size from 1MiB to 10GiB such as 64MiB, is '11GiB'"},
      {"url: http://h/, interval: 1m, queue_limit: 18446744073709551615GiB",
       "webhook.targets.a.queue_limit: must be a size from 1MiB to 10GiB such as 64MiB, is "
       "'18446744073709551615GiB'"},
      {"url: http://h/, interval: 1m, bearer_token_file: token",
       "webhook.targets.a.bearer_token_file: must be an absolute path, is 'token'"},
      {"url: http://h/, interval: 1m, bearer_token_file: /t, basic_auth: {username: u, password_file: /p}",
       "webhook.targets.a.basic_auth: must not be there beside bearer_token_file: a request has one "
       "Authorization"},
      {"url: http://h/, interval: 1m, basic_auth: {username: u}",
       "webhook.targets.a.basic_auth.password_file: is missing: it takes a username and a password_file"},
      {"url: https://h/, interval: 1m, tls_config: {cert_file: /c}",
       "webhook.targets.a.tls_config.key_file: is missing: a client's certificate takes a cert_file and a "
       "key_file"},
      {"url: http://h/, interval: 1m, tls_config: {ca_file: /c}",
       "webhook.targets.a.tls_config: is for a URL that begins with https://"},
      {"url: http://h/, interval: 1m, headers: {Content-Type: x}",
       "webhook.targets.a.headers: the name must not be one that this program sets itself, is "
       "'Content-Type'"},
      {"url: http://h/, interval: 1m, headers: {\"a b\": x}",
       "webhook.targets.a.headers: the name must be that of an HTTP header, is 'a b'"},
      {"url: http://h/, interval: 1m, headers: {\"a\\nb\": x}",
       "webhook.targets.a.headers: the name must be that of an HTTP header, is 'a\\nb'"},
      {"url: http://h/, interval: 1m, headers: {? \"" + std::string(3000, ' ') + "\" : x}",
       "webhook.targets.a.headers: the name must be that of an HTTP header, is '" + std::string(60, ' ') +
           "...'"},
      {"url: http://h/, interval: 1m, headers: {a: \"x\\ny\"}",
       "webhook.targets.a.headers.a: must be at most 1024 printable ASCII characters"},
  };
  for (const auto& [target, message] : targets) {
    Config config = default_config(collectors);
    const auto result = apply_yaml("webhook:\n  targets:\n    a: {" + target + "}\n", "x.yml", config);
    ASSERT_FALSE(result) << target;
    EXPECT_EQ(result.error().message, message);
    EXPECT_EQ(result.error().place, "x.yml:3");
  }
}

TEST(ConfigFile, TakesNoMoreTargetsThanThereCanBe) {
  const auto with_targets = [](int count) {
    std::string yaml = "webhook:\n  targets:\n";
    for (int i = 0; i < count; ++i) {
      yaml += "    t" + std::to_string(i) + ": {url: 'http://h/', interval: 1m}\n";
    }
    return yaml;
  };
  Config config = default_config(collectors);
  EXPECT_TRUE(apply_yaml(with_targets(16), "x.yml", config));
  const auto result = apply_yaml(with_targets(17), "x.yml", config);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "webhook.targets: must not have more than 16 entries");
}

TEST(ConfigFile, MayHoldNothing) {
  for (const std::string yaml :
       {"", "\n", "# a comment", "---\n", "--- # c\n...\n", "{}", "web:\n", "web: ~\ncollectors:\n",
        "collectors:\n  status:\n", "gluster:\n  timeouts:\n#    query: 1s\n",
        "\xEF\xBB\xBF# with a byte order mark\n", "web: {}\r\n"}) {
    SCOPED_TRACE(testing::PrintToString(yaml));
    const Config config = applied(yaml);
    EXPECT_TRUE(config.origins.empty());
    EXPECT_EQ(config.web.listen_address, "0.0.0.0:9713");
    EXPECT_EQ(config.collectors.at("status").interval, 30s);
  }
}

TEST(ConfigFile, ReadsOtherWaysOfWritingTheSame) {
  EXPECT_EQ(applied("web: {listen_address: ':9714'}").web.listen_address, "0.0.0.0:9714");
  EXPECT_EQ(applied("web:\n  listen_address: :9714").web.listen_address, "0.0.0.0:9714");
  EXPECT_EQ(applied("web:\r\n  telemetry_path: \"/x\"\r\n").web.telemetry_path, "/x");
  EXPECT_EQ(applied("log:\n  level:\n    debug\n").log.level, "debug");
  EXPECT_EQ(applied("gluster:\n  socket: ''\n").gluster.socket, "");
  EXPECT_EQ(applied("volume_options: []\n").volume_options, std::vector<std::string>());
  EXPECT_EQ(applied("\xEF\xBB\xBFlog:\n  level: debug\n").log.level, "debug");
}

TEST(ConfigFile, AllowsAliases) {
  const Config config = applied(
      "collectors:\n"
      "  status: &slow\n"
      "    enabled: false\n"
      "    interval: &often 5m\n"
      "  top: *slow\n"
      "gluster: {timeouts: {query: *often}}\n");
  EXPECT_EQ(config.collectors.at("status").interval, 5min);
  EXPECT_EQ(config.collectors.at("top").interval, 5min);
  EXPECT_EQ(config.collectors.at("top").enabled, false);
  EXPECT_EQ(config.gluster.query_timeout, 5min);
  EXPECT_EQ(config.origin("gluster.timeouts.query"), "x.yml:6");
}

TEST(ConfigFile, AllowsTwoHundredOptions) {
  std::string yaml = "volume_options:\n";
  for (int option = 0; option < 200; ++option) {
    yaml += "- option." + std::to_string(option) + "\n";
  }
  EXPECT_EQ(applied(yaml).volume_options.size(), 200U);
  Config config = default_config(collectors);
  const auto result = apply_yaml("\n" + yaml + "- option.200\n", "x.yml", config);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().place, "x.yml:2");
  EXPECT_EQ(result.error().message, "volume_options: must have at most 200 entries, has 201");
}

struct BadFile {
  std::string yaml;
  std::string place;
  std::string message;
};

TEST(ConfigFile, SaysWhatIsWrongAndWhere) {
  const std::vector<BadFile> files = {
      // Keys.
      {"webb:\n", "x.yml:1",
       "unknown key 'webb'; known are: web, access, gluster, cluster, gluster_events, alerts, hub, push, "
       "webhook, "
       "log, "
       "collectors, top, volume_options"},
      {"web:\n  listen: :1\n", "x.yml:2",
       "unknown key 'listen' in web; known are: listen_address, telemetry_path, max_viewers, config_file"},
      {"gluster:\n  timeout: 1s\n", "x.yml:2",
       "unknown key 'timeout' in gluster; known are: path, socket, source, timeouts"},
      {"gluster:\n  timeouts:\n    heal: 1s\n", "x.yml:3",
       "unknown key 'heal' in gluster.timeouts; known are: query, transaction, crawl"},
      {"log: {levle: info}\n", "x.yml:1", "unknown key 'levle' in log; known are: level, format"},
      {"top: {file: 1}\n", "x.yml:1", "unknown key 'file' in top; known are: files"},
      {"collectors:\n  stats:\n    enabled: true\n", "x.yml:2",
       "unknown key 'stats' in collectors; known are: status, top"},
      {"collectors:\n  status:\n    enabled: true\n    intervall: 15s\n", "x.yml:4",
       "unknown key 'intervall' in collectors.status; known are: enabled, interval"},
      {"log: &l {level: info}\n<<: *l\n", "x.yml:2",
       "unknown key '<<'; known are: web, access, gluster, cluster, gluster_events, alerts, hub, push, "
       "webhook, log, "
       "collectors, top, volume_options"},
      {"? [a]\n: 1\n", "x.yml:1", "a key must be a single value"},
      {"? \n", "x.yml:1", "a key must be a single value"},
      {"log:\n  ~: 1\n", "x.yml:2", "a key in log must be a single value"},
      // Repeated keys.
      {"web:\n  telemetry_path: /a\nlog:\nweb:\n", "x.yml:4",
       "key 'web' is repeated: it is on line 1 already"},
      {"web:\n  telemetry_path: /a\n  \"telemetry_path\": /a\n", "x.yml:3",
       "key 'telemetry_path' in web is repeated: it is on line 2 already"},
      {"collectors:\n  status:\n    interval: 1m\n\n    interval: 2m\n", "x.yml:5",
       "key 'interval' in collectors.status is repeated: it is on line 3 already"},
      {"collectors:\n  status:\n  status:\n", "x.yml:3",
       "key 'status' in collectors is repeated: it is on line 2 already"},
      // Types.
      {"- a\n", "x.yml:1", "the file must be a mapping, is a list"},
      {"\nhello\n", "x.yml:2", "the file must be a mapping, is a single value"},
      {"!conf {}\n", "x.yml:1", "the file must be a mapping, is a mapping with a tag"},
      {"log:\n\n\ncollectors:\n  - status\n", "x.yml:4", "collectors: must be a mapping, is a list"},
      {"collectors:\n  status: true\n", "x.yml:2", "collectors.status: must be a mapping, is a single value"},
      {"log: info\n", "x.yml:1", "log: must be a mapping, is a single value"},
      {"log:\n  level: [info]\n", "x.yml:2", "log.level: must be a single value, is a list"},
      {"gluster:\n  path: {a: b}\n", "x.yml:2", "gluster.path: must be a single value, is a mapping"},
      {"gluster:\n  path:\n", "x.yml:2", "gluster.path: has no value"},
      {"log:\n  level: null\n", "x.yml:2", "log.level: has no value"},
      {"collectors:\n  status:\n    enabled: 'true'\n", "x.yml:3",
       "collectors.status.enabled: must be written without quotes"},
      {"top:\n  files: \"5\"\n", "x.yml:2", "top.files: must be written without quotes"},
      {"log:\n  level: !secret info\n", "x.yml:2", "log.level: must not have a tag"},
      {"log: !!map\n  level: info\n", "x.yml:1", "log: must not have a tag"},
      {"volume_options:\n", "x.yml:1", "volume_options: has no value: write [] for an empty list"},
      {"volume_options: a.b\n", "x.yml:1", "volume_options: must be a list, is a single value"},
      {"volume_options:\n  a.b: true\n", "x.yml:1", "volume_options: must be a list, is a mapping"},
      {"volume_options:\n  - a.b\n  - [c.d]\n", "x.yml:3",
       "volume_options: an entry of the list must be a single value"},
      {"volume_options:\n  - \"\\N\"\n", "x.yml:2",
       "volume_options: an entry of the list must not be written with the escape \\N or \\_"},
      {"volume_options:\n  - a.b\n  -\n", "x.yml:1", "volume_options: an entry of the list has no value"},
      // Values.
      {"web:\n  listen_address: localhost:1\n", "x.yml:2",
       "web.listen_address: must be a numeric IPv4 address and a port such as 127.0.0.1:9713, or :9713 for "
       "all "
       "addresses, is 'localhost:1'"},
      {"web:\n  max_viewers: 10001\n", "x.yml:2",
       "web.max_viewers: must be a whole number from 0 to 10000, is '10001'"},
      {"web:\n  telemetry_path: /sd\n", "x.yml:2",
       "web.telemetry_path: must not be a path that is used already (/, /-/healthy, /-/ready, /-/reload, "
       "/sd, /api/), "
       "is '/sd'"},
      {"gluster:\n  path: ''\n", "x.yml:2",
       "gluster.path: must be an absolute path or the name of a program, is ''"},
      {"gluster:\n  socket: gd.sock\n", "x.yml:2", "gluster.socket: must be an absolute path, is 'gd.sock'"},
      {"gluster:\n  timeouts:\n    query: 2h\n", "x.yml:3",
       "gluster.timeouts.query: must be from 100ms to 1h, is '2h'"},
      {"gluster:\n  timeouts:\n    crawl: 20\n", "x.yml:3",
       "gluster.timeouts.crawl: must be a duration such as 500ms, 15s, 2m or 1m30s, is '20'"},
      {"gluster:\n  source: sockets\n", "x.yml:2", "gluster.source: must be auto, rpc or cli, is 'sockets'"},
      {"cluster:\n  leader: true\n", "x.yml:2", "cluster.leader: must be auto, always or never, is 'true'"},
      {"cluster:\n  exporter_port: 65536\n", "x.yml:2",
       "cluster.exporter_port: must be a whole number from 0 to 65535, is '65536'"},
      {"log:\n  level: INFO\n", "x.yml:2", "log.level: must be debug, info, warn or error, is 'INFO'"},
      {"log:\n  format: xml\n", "x.yml:2", "log.format: must be logfmt or json, is 'xml'"},
      {"collectors:\n  status:\n    enabled: yes\n", "x.yml:3",
       "collectors.status.enabled: must be true or false, is 'yes'"},
      {"collectors:\n  status:\n    interval: 500ms\n", "x.yml:3",
       "collectors.status.interval: must be from 1s to 24h, is '500ms'"},
      {"top:\n  files: 101\n", "x.yml:2", "top.files: must be a whole number from 1 to 100, is '101'"},
      {"volume_options:\n  - a.b\n  - Auth.Allow\n", "x.yml:3",
       "volume_options: must be an option's name of a-z, 0-9, '.', '_' and '-' such as cluster.quorum-type, "
       "is "
       "'Auth.Allow'"},
      {"volume_options: [a.b, '']\n", "x.yml:1",
       "volume_options: must be an option's name of a-z, 0-9, '.', '_' and '-' such as cluster.quorum-type, "
       "is ''"},
      {"volume_options:\n  - a.b\n  - c.d\n  - a.b\n", "x.yml:4",
       "volume_options: 'a.b' is repeated: it is on line 2 already"},
      {"log:\n  level: \"two\\nlines\"\n", "x.yml:2",
       "log.level: must be debug, info, warn or error, is 'two\\nlines'"},
      {"gluster_events: {token_file: token}\n", "x.yml:1",
       "gluster_events.token_file: must be an absolute path, is 'token'"},
      {"alerts:\n  expire_after: 59s\n", "x.yml:2", "alerts.expire_after: must be from 1m to 720h, is '59s'"},
      {"hub: yes\n", "x.yml:1", "hub: must be true or false, is 'yes'"},
      {"hub: true\n", "x.yml:1",
       "hub: needs push.clusters: the clusters that may push, each with its token_file"},
      {"push:\n  clusters:\n    a: {token_file: /t}\n", "x.yml:1", "push: is for a hub: set hub: true"},
      {"hub: true\npush:\n  clusters:\n    East: {token_file: /t}\n", "x.yml:4",
       "push.clusters: the name must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or a "
       "digit, is 'East'"},
      {"hub: true\npush:\n  clusters:\n    east: {}\n", "x.yml:4",
       "push.clusters.east.token_file: is missing: the file that holds what the cluster's exporters send as "
       "token"},
      {"webhook:\n  spool_directory: spool\n", "x.yml:2",
       "webhook.spool_directory: must be an absolute path, is 'spool'"},
      {"webhook:\n  targets: []\n", "x.yml:2", "webhook.targets: must be a mapping, is a list"},
      // The topmost of several errors.
      {"top: {files: 0}\nweb:\n  nope: 1\nlog: 1\n", "x.yml:1",
       "top.files: must be a whole number from 1 to 100, is '0'"},
      {"zzz: 1\ntop: {files: 0}\n", "x.yml:1",
       "unknown key 'zzz'; known are: web, access, gluster, cluster, gluster_events, alerts, hub, push, "
       "webhook, "
       "log, "
       "collectors, top, volume_options"},
      // What is not one document of YAML.
      {"web:\n  listen_address: [1\n", "x.yml:2", "is not YAML: end of sequence flow not found"},
      {"web: a: b\n", "x.yml:1", "is not YAML: illegal map value"},
      {"web:\n\tlisten_address: :1\n", "x.yml:2", "is not YAML: illegal map value"},
      {"log:\n  level: *nope\n", "x.yml:2", "is not YAML: the referenced anchor is not defined"},
      {"log:\n  level: info\n}\n", "x.yml:3", "is not YAML: illegal flow end"},
      {"gluster:\n  path: 'gluster\nlog:\n  level: debug\n", "x.yml:4",
       "is not YAML: a quoted text is not closed"},
      {"log:\n  level: \"\\\r\"\n", "x.yml:2", "is not YAML: unknown escape character: \\x0d"},
      {"gluster:\n  path: \"gluster\n", "x.yml:2", "is not YAML: a quoted text is not closed"},
      {std::string(2000, '['), "x.yml:1", "is not YAML: bad file"},
      {"log:\n  level: info\n---\nlog:\n", "x.yml:3",
       "what begins here is not part of the first document: the file must hold one"},
      {"log:\n---\n", "x.yml:2",
       "what begins here is not part of the first document: the file must hold one"},
      {"# yaml-cpp alone would never return\n, log:\n", "x.yml:2",
       "what begins here is not part of the first document: the file must hold one"},
      {"log:\n  level: caf\xe9\n", "x.yml:2", "must be UTF-8"},
      {"log:\n  level: \"\\N\"\n", "x.yml:2", "log.level: must not be written with the escape \\N or \\_"},
      {"log:\n  \"\\_\": info\n", "x.yml:2", "a key in log must not be written with the escape \\N or \\_"},
      {"\xFF\xFEl\0o\0g\0"s, "x.yml:1", "must be UTF-8"},
      {"log:\n\x04\nnonsense", "x.yml:2", "must not hold the control character 0x04"},
      {"log:\n  level: info\n\0"s, "x.yml:3", "must not hold the control character 0x00"},
  };
  for (const BadFile& file : files) {
    SCOPED_TRACE(testing::PrintToString(file.yaml.substr(0, 80)));
    Config config = default_config(collectors);
    const auto result = apply_yaml(file.yaml, "x.yml", config);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().place, file.place);
    EXPECT_EQ(result.error().message, file.message);
  }
}

TEST(ConfigFile, AnAliasInsideItsOwnAnchorIsReadNoFurther) {
  Config config = default_config(collectors);
  const auto result = apply_yaml("collectors: &a\n  status: *a\n", "x.yml", config);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().place, "x.yml:2");
  EXPECT_EQ(result.error().message,
            "unknown key 'status' in collectors.status; known are: enabled, interval");
}

}  // namespace
}  // namespace glusterfs_exporter::config
