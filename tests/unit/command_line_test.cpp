#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/build_info.hpp"
#include "config/config.hpp"

namespace glusterfs_exporter::config {
namespace {

using namespace std::chrono_literals;
using Action = Invocation::Action;
using Origins = std::map<std::string, std::string, std::less<>>;

constexpr std::array<CollectorDefaults, 2> collectors = {
    {{.name = "status", .help = "bricks and daemons online", .enabled = true, .interval = 30s},
     {.name = "top", .help = "the busiest files", .enabled = false, .interval = 90min}}};

std::expected<Invocation, ConfigError> read(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "glusterfs_exporter");
  std::vector<const char*> words;
  for (const std::string& argument : arguments) {
    words.push_back(argument.c_str());
  }
  return read_invocation(static_cast<int>(words.size()), words.data(), collectors);
}

Invocation good(const std::vector<std::string>& arguments) {
  auto invocation = read(arguments);
  if (!invocation) {
    ADD_FAILURE() << invocation.error().place << ": " << invocation.error().message;
    return {};
  }
  return *invocation;
}

/// A folder of its own for each test, gone with it.
class CommandLineFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "command_line_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::filesystem::path folder_;
};

TEST(CommandLine, NeedsNothing) {
  const Invocation invocation = good({});
  EXPECT_EQ(invocation.action, Action::serve);
  EXPECT_EQ(invocation.text, "");
  EXPECT_EQ(invocation.config.web.listen_address, "0.0.0.0:9713");
  EXPECT_EQ(invocation.config.collectors.at("status").interval, 30s);
  EXPECT_EQ(invocation.config.collectors.at("top").enabled, false);
  EXPECT_EQ(invocation.config.volume_options.size(), 20U);
  EXPECT_EQ(invocation.config.origins, Origins());
}

TEST(CommandLine, NeedsNotEvenAName) {
  const std::array<const char*, 1> none = {nullptr};
  const auto invocation = read_invocation(0, none.data(), collectors);
  ASSERT_TRUE(invocation);
  EXPECT_EQ(invocation->action, Action::serve);
}

TEST(CommandLine, SetsEverythingInBothForms) {
  const std::vector<std::pair<std::string, std::string>> flags = {{"--web.listen-address", "127.0.0.1:1"},
                                                                  {"--web.telemetry-path", "/x"},
                                                                  {"--gluster.path", "/opt/gluster"},
                                                                  {"--gluster.socket", "/run/gd=1.sock"},
                                                                  {"--gluster.source", "rpc"},
                                                                  {"--cluster.leader", "never"},
                                                                  {"--log.level", "error"},
                                                                  {"--log.format", "json"}};
  std::vector<std::string> joined = {"--no-collector.status", "--collector.top"};
  std::vector<std::string> apart = joined;
  for (const auto& [flag, value] : flags) {
    joined.push_back(flag);
    joined.back().append("=").append(value);
    apart.insert(apart.end(), {flag, value});
  }
  for (const auto& arguments : {joined, apart}) {
    const Invocation invocation = good(arguments);
    const Config& config = invocation.config;
    EXPECT_EQ(invocation.action, Action::serve);
    EXPECT_EQ(config.web.listen_address, "127.0.0.1:1");
    EXPECT_EQ(config.web.telemetry_path, "/x");
    EXPECT_EQ(config.gluster.path, "/opt/gluster");
    EXPECT_EQ(config.gluster.socket, "/run/gd=1.sock");
    EXPECT_EQ(config.gluster.source, SourceChoice::rpc);
    EXPECT_EQ(config.cluster.leader, LeaderChoice::never);
    EXPECT_EQ(config.log.level, "error");
    EXPECT_EQ(config.log.format, LogFormat::json);
    EXPECT_EQ(config.collectors.at("status").enabled, false);
    EXPECT_EQ(config.collectors.at("top").enabled, true);
    EXPECT_EQ(config.origins, Origins({{"web.listen_address", "--web.listen-address"},
                                       {"web.telemetry_path", "--web.telemetry-path"},
                                       {"gluster.path", "--gluster.path"},
                                       {"gluster.socket", "--gluster.socket"},
                                       {"gluster.source", "--gluster.source"},
                                       {"cluster.leader", "--cluster.leader"},
                                       {"log.level", "--log.level"},
                                       {"log.format", "--log.format"},
                                       {"collectors.status.enabled", "--no-collector.status"},
                                       {"collectors.top.enabled", "--collector.top"}}));
  }
}

TEST(CommandLine, TakesAnEmptySocket) {
  EXPECT_EQ(good({"--gluster.socket", ""}).config.gluster.socket, "");
}

TEST(CommandLine, ChoosesTheAction) {
  EXPECT_EQ(good({"--once"}).action, Action::once);
  EXPECT_EQ(good({"--config.check"}).action, Action::check_config);
  EXPECT_EQ(good({"--once", "--once"}).action, Action::once);
}

TEST(CommandLine, PrintsItsVersion) {
  const Invocation invocation = good({"--version"});
  EXPECT_EQ(invocation.action, Action::print);
  EXPECT_EQ(invocation.text, "glusterfs_exporter, version " + std::string(build_version()) + " (revision " +
                                 std::string(build_revision()) + ")\n");
}

TEST(CommandLine, PrintsHelp) {
  const std::string help = R"(Prometheus exporter for GlusterFS. Run one on each node.

Usage: glusterfs_exporter [OPTIONS]

Configuration:
  --config.file FILE                    the configuration file, YAML; flags override it (default: none)
  --config.check                        say whether the configuration is good, and exit

Web:
  --web.listen-address ADDRESS:PORT     where to listen: a numeric IPv4 address and a port (default: 0.0.0.0:9713)
  --web.config.file FILE                TLS, users and headers, in the format of Prometheus' exporter-toolkit (default: none)
  --web.telemetry-path PATH             where the metrics are served (default: /metrics)
  --web.max-viewers NUMBER              how many may watch the live page or the stream at a time (default: 200)

Gluster:
  --gluster.path PROGRAM                the gluster command: an absolute path or a name to look up (default: gluster)
  --gluster.socket PATH                 glusterd's socket (default: the one built into the gluster command)
  --gluster.source WAY                  auto, rpc or cli: ask the daemons' sockets, the gluster command, or the first that answers (default: auto)

Cluster:
  --cluster.leader WHEN                 auto, always or never: whether this exporter speaks for the whole cluster, or one of them (default: auto)

Log:
  --log.level LEVEL                     debug, info, warn or error (default: info)
  --log.format FORMAT                   logfmt or json (default: logfmt)

Collectors (--no-collector.NAME turns one off):
  --collector.status                    bricks and daemons online (default: on, every 30s)
  --collector.top                       the busiest files (default: off, every 1h30m)

General:
  --once                                print one page of metrics, and exit
  --version                             print the version, and exit
  -h,--help                             print this text, and exit

Intervals, timeouts and what has no flag are set in the configuration file.
)";
  for (const std::string flag : {"--help", "-h"}) {
    const Invocation invocation = good({flag});
    EXPECT_EQ(invocation.action, Action::print);
    EXPECT_EQ(invocation.text, help);
  }
}

TEST(CommandLine, HelpReadsNoFileAndWinsOverVersion) {
  const Invocation invocation = good({"--version", "--config.file=/nonexistent", "--help"});
  EXPECT_EQ(invocation.action, Action::print);
  EXPECT_TRUE(invocation.text.starts_with("Prometheus exporter for GlusterFS."));
}

struct BadLine {
  std::vector<std::string> arguments;
  std::string place;
  std::string message;
};

TEST(CommandLine, SaysWhatIsWrong) {
  const std::string unknown = "unknown flag; see --help";
  const std::string positional = "unexpected argument: there are only flags, see --help";
  const std::string no_value = "takes no value; see --help";
  const std::vector<BadLine> lines = {
      {{"--web.listen"}, "--web.listen", unknown},
      {{"--web.listen=1", "--once"}, "--web.listen", unknown},
      {{"--once", "--collector.stats"}, "--collector.stats", unknown},
      {{"-web.telemetry-path=/x"}, "-web.telemetry-path", unknown},
      {{"-x"}, "-x", unknown},
      {{"--a\nb"}, "--a\\nb", unknown},
      {{"serve"}, "serve", positional},
      {{"--once", "now"}, "now", positional},
      {{""}, "", positional},
      {{"-"}, "-", positional},
      {{"--"}, "--", positional},
      {{"--", "--once"}, "--", positional},
      {{"++"}, "++", positional},
      {{"/x"}, "/x", positional},
      {{"--log.level"}, "--log.level", "needs a value; see --help"},
      {{"--once", "--config.file"}, "--config.file", "needs a value; see --help"},
      {{"--log.level=", "info"}, "--log.level", "has nothing behind its '='; see --help"},
      {{"--once=true"}, "--once", no_value},
      {{"--help=false"}, "--help", no_value},
      {{"--collector.top=false"}, "--collector.top", no_value},
      {{"--no-collector.top="}, "--no-collector.top", no_value},
      {{"--log.level=info", "--log.level=debug"}, "--log.level", "given more than once; see --help"},
      {{"--config.file", "a", "--config.file", "b"}, "--config.file", "given more than once; see --help"},
      {{"--collector.top", "--no-collector.top"},
       "--no-collector.top",
       "contradicts --collector.top; see --help"},
      {{"--no-collector.status", "--collector.status"},
       "--no-collector.status",
       "contradicts --collector.status; see --help"},
      {{"--once", "--config.check"}, "--config.check", "cannot be used together with --once; see --help"},
      {{"--web.listen-address=[::]:9713"},
       "--web.listen-address",
       "IPv6 is not possible because Debian's civetweb is built without it: must be a numeric IPv4 address "
       "and a port "
       "such as 127.0.0.1:9713, is '[::]:9713'"},
      {{"--web.listen-address=:99999"},
       "--web.listen-address",
       "the port must be a whole number from 1 to 65535, is '99999'"},
      {{"--web.telemetry-path", "metrics"}, "--web.telemetry-path", "must begin with '/', is 'metrics'"},
      {{"--gluster.path", "--once"},
       "--gluster.path",
       "must be an absolute path or the name of a program, is '--once'"},
      {{"--gluster.socket=gd.sock"}, "--gluster.socket", "must be an absolute path, is 'gd.sock'"},
      {{"--gluster.source=xml"}, "--gluster.source", "must be auto, rpc or cli, is 'xml'"},
      {{"--cluster.leader=me"}, "--cluster.leader", "must be auto, always or never, is 'me'"},
      {{"--log.level=loud"}, "--log.level", "must be debug, info, warn or error, is 'loud'"},
      {{"--log.format=[logfmt,json]"}, "--log.format", "must be logfmt or json, is '[logfmt,json]'"},
  };
  for (const BadLine& line : lines) {
    SCOPED_TRACE(testing::PrintToString(line.arguments));
    const auto invocation = read(line.arguments);
    ASSERT_FALSE(invocation);
    EXPECT_EQ(invocation.error().place, line.place);
    EXPECT_EQ(invocation.error().message, line.message);
  }
}

TEST_F(CommandLineFile, FlagsOverrideTheFile) {
  const std::string path = write("x.yml",
                                 "web:\n  listen_address: :1\n  telemetry_path: /file\n"
                                 "collectors:\n  status:\n    enabled: false\n    interval: 45s\n");
  const Config config =
      good({"--web.listen-address=:2", "--collector.status", "--config.file", path, "--config.check"}).config;
  EXPECT_EQ(config.web.listen_address, "0.0.0.0:2");
  EXPECT_EQ(config.web.telemetry_path, "/file");
  EXPECT_EQ(config.collectors.at("status").enabled, true);
  EXPECT_EQ(config.collectors.at("status").interval, 45s);
  EXPECT_EQ(config.origins, Origins({{"web.listen_address", "--web.listen-address"},
                                     {"web.telemetry_path", path + ":3"},
                                     {"collectors.status.enabled", "--collector.status"},
                                     {"collectors.status.interval", path + ":7"}}));
}

TEST_F(CommandLineFile, AMistakeInTheFileIsOneThoughAFlagOverridesIt) {
  const std::string path = write("x.yml", "log:\n  level: loud\n");
  const auto invocation = read({"--log.level=info", "--config.file=" + path});
  ASSERT_FALSE(invocation);
  EXPECT_EQ(invocation.error().place, path + ":2");
  EXPECT_EQ(invocation.error().message, "log.level: must be debug, info, warn or error, is 'loud'");
}

TEST_F(CommandLineFile, SaysWhyAFileCannotBeRead) {
  std::filesystem::create_symlink("loop", folder_ / "loop");
  const std::string file = write("file", "");
  const std::vector<BadLine> lines = {
      {{folder_ / "none"}, folder_ / "none", "cannot be read: No such file or directory"},
      {{folder_}, folder_, "must be a file, is a directory"},
      {{folder_ / "loop"}, folder_ / "loop", "cannot be read: Too many levels of symbolic links"},
      {{file + "/x"}, file + "/x", "cannot be read: Not a directory"},
      {{folder_ / "a\nb"}, (folder_ / "a\\nb").string(), "cannot be read: No such file or directory"},
  };
  for (const BadLine& line : lines) {
    const auto invocation = read({"--config.file", line.arguments.front()});
    ASSERT_FALSE(invocation);
    EXPECT_EQ(invocation.error().place, line.place);
    EXPECT_EQ(invocation.error().message, line.message);
  }
}

TEST_F(CommandLineFile, TakesOneMebibyteAndNoMore) {
  constexpr std::size_t mebibyte = 1024UL * 1024;
  const std::string setting = "log:\n  level: debug\n#";
  const std::string fits = write("fits", setting + std::string(mebibyte - setting.size(), 'x'));
  EXPECT_EQ(good({"--config.file", fits}).config.log.level, "debug");
  const std::string larger = write("larger", setting + std::string(mebibyte - setting.size() + 1, 'x'));
  for (const std::string& path : {larger, std::string("/dev/zero")}) {
    const auto invocation = read({"--config.file", path});
    ASSERT_FALSE(invocation);
    EXPECT_EQ(invocation.error().place, path);
    EXPECT_EQ(invocation.error().message, "must not be larger than 1 MiB");
  }
}

TEST_F(CommandLineFile, SaysWhichPermissionIsMissing) {
  const std::string path = write("secret.yml", "log:\n");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  if (::access(path.c_str(), R_OK) == 0) {
    GTEST_SKIP() << "root may read every file";
  }
  const auto invocation = read({"--config.file", path});
  ASSERT_FALSE(invocation);
  EXPECT_EQ(invocation.error().place, path);
  EXPECT_EQ(invocation.error().message, "cannot be read: Permission denied");
}

}  // namespace
}  // namespace glusterfs_exporter::config
