#include <fmt/format.h>

#include "config/config.hpp"
#include "config/settings.hpp"
#include "config/webhook.hpp"
#include "config/yaml_reader.hpp"

namespace glusterfs_exporter::config {
namespace {

void read_web(YamlMapping& yaml, Config::Web& web) {
  yaml.value("listen_address", parse_listen_address, web.listen_address);
  yaml.value("telemetry_path", parse_telemetry_path, web.telemetry_path);
  yaml.value("max_viewers", parse_max_viewers, web.max_viewers);
  yaml.value("config_file", parse_key_path, web.config_file);
}

void read_access(YamlMapping& yaml, Config::Access& access) {
  YamlMapping& tokens = yaml.mapping("tokens");
  for (const auto& name : tokens.names(parse_token_name, kMaxAccessTokens)) {
    tokens.value(name, parse_key_path, access.token_files[name]);
    if (access.token_files[name].empty()) {
      tokens.fail(name, "must be the absolute path of the file that holds the token");
    }
  }
  const auto read_lists = [&yaml](std::string_view what, auto& groups, Config::Access::Lists& lists) {
    YamlMapping& mapping = yaml.mapping(what);
    for (const auto group : groups) {
      std::vector<std::string> names;
      mapping.list(group, parse_who, kMaxAccessNames, names);
      if (yaml.places().contains(fmt::format("access.{}.{}", what, group))) {
        lists[std::string(group)] = std::move(names);
      }
    }
  };
  read_lists("read", kReadGroups, access.read);
  read_lists("post", kPostGroups, access.post);
}

void read_cluster_tls(YamlMapping& yaml, Config::Cluster::Tls& tls) {
  yaml.value("ca_file", parse_key_path, tls.ca_file);
  yaml.value("cert_file", parse_key_path, tls.cert_file);
  yaml.value("key_file", parse_key_path, tls.key_file);
  yaml.value("server_name", parse_host_name, tls.server_name);
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    yaml.fail(tls.cert_file.empty() ? "cert_file" : "key_file",
              "is missing: a client's certificate takes a cert_file and a key_file");
  }
  if (tls.ca_file.empty() && !(tls.cert_file.empty() && tls.server_name.empty())) {
    yaml.fail("ca_file", "is missing: the file with the authority of the other exporters' certificates");
  }
}

void read_gluster(YamlMapping& yaml, Config::Gluster& gluster) {
  yaml.value("path", parse_program, gluster.path);
  yaml.value("socket", parse_socket_path, gluster.socket);
  yaml.value("source", parse_source, gluster.source);
  YamlMapping& timeouts = yaml.mapping("timeouts");
  timeouts.value("query", parse_timeout, gluster.query_timeout);
  timeouts.value("transaction", parse_timeout, gluster.transaction_timeout);
  timeouts.value("crawl", parse_timeout, gluster.crawl_timeout);
}

void read_cluster(YamlMapping& yaml, Config::Cluster& cluster) {
  yaml.value("leader", parse_leader, cluster.leader);
  yaml.value("exporter_port", parse_exporter_port, cluster.exporter_port);
  yaml.value("token_file", parse_key_path, cluster.token_file);
  read_cluster_tls(yaml.mapping("tls"), cluster.tls);
}

void read_log(YamlMapping& yaml, Config::Log& log) {
  yaml.value("level", parse_log_level, log.level);
  yaml.value("format", parse_log_format, log.format);
}

void read_gluster_events(YamlMapping& yaml, Config::GlusterEvents& gluster_events) {
  yaml.value("token_file", parse_key_path, gluster_events.token_file);
  yaml.value("secret_file", parse_key_path, gluster_events.secret_file);
}

void read_alerts(YamlMapping& yaml, Config::Alerts& alerts) {
  yaml.value("token_file", parse_key_path, alerts.token_file);
  yaml.value("expire_after", parse_expiry, alerts.expire_after);
}

void read_pushed_cluster(YamlMapping& yaml, Config::PushedCluster& cluster) {
  yaml.value("token_file", parse_key_path, cluster.token_file);
  if (cluster.token_file.empty()) {
    yaml.fail("token_file", "is missing: the file that holds what the cluster's exporters send as token");
  }
}

void read_collector(YamlMapping& yaml, CollectorSettings& settings) {
  yaml.value("enabled", parse_bool, settings.enabled);
  yaml.value("interval", parse_interval, settings.interval);
}

}  // namespace

std::expected<void, ConfigError> apply_yaml(std::string_view text, const std::string& file, Config& config) {
  std::expected<YamlMapping, ConfigError> yaml = YamlMapping::from_text(text, file);
  if (!yaml) {
    return std::unexpected(yaml.error());
  }
  read_web(yaml->mapping("web"), config.web);
  read_access(yaml->mapping("access"), config.access);
  read_gluster(yaml->mapping("gluster"), config.gluster);
  read_cluster(yaml->mapping("cluster"), config.cluster);
  read_gluster_events(yaml->mapping("gluster_events"), config.gluster_events);
  read_alerts(yaml->mapping("alerts"), config.alerts);
  yaml->value("hub", parse_bool, config.hub);
  YamlMapping& clusters = yaml->mapping("push").mapping("clusters");
  for (const auto& name : clusters.names(parse_name, kMaxPushedClusters)) {
    read_pushed_cluster(clusters.mapping(name), config.pushed_clusters[name]);
  }
  read_webhook(yaml->mapping("webhook"), config.webhook);
  read_log(yaml->mapping("log"), config.log);
  YamlMapping& collectors = yaml->mapping("collectors");
  for (auto& [name, settings] : config.collectors) {
    read_collector(collectors.mapping(name), settings);
  }
  if (config.hub && clusters.empty()) {
    yaml->fail("hub", "needs push.clusters: the clusters that may push, each with its token_file");
  }
  if (!config.hub && !clusters.empty()) {
    yaml->fail("push", "is for a hub: set hub: true");
  }
  yaml->mapping("top").value("files", parse_top_files, config.top.files);
  yaml->list("volume_options", parse_volume_option, kMaxVolumeOptions, config.volume_options);

  for (const auto& [key, place] : yaml->places()) {
    config.origins.insert_or_assign(key, place);
  }
  return yaml->finish();
}

}  // namespace glusterfs_exporter::config
