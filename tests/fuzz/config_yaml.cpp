/// Input: a configuration file.
#include <algorithm>
#include <charconv>

#include "collect/table.hpp"
#include "config/config.hpp"
#include "config/settings.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace config;
using namespace std::chrono_literals;

Config built_in() {
  return default_config(collect::collector_defaults());
}

void require_place(std::string_view place, std::string_view text) {
  require(place.starts_with("x.yml:"), "a place names the file");
  place.remove_prefix(std::string_view("x.yml:").size());
  long line = 0;
  const auto [end, error] = std::from_chars(place.data(), place.data() + place.size(), line);
  require(error == std::errc{} && end == place.data() + place.size(), "a place names a line");
  require(line >= 1 && line <= std::ranges::count(text, '\n') + 1, "the line is one of the file's");
}

void require_error(const ConfigError& error, std::string_view text) {
  require_place(error.place, text);
  Texts().add(error.message);
  require(!error.message.empty() && error.message.size() < 2048, "a message says something, and briefly");
  require(std::ranges::none_of(error.message, [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
          "a message is one line");
}

template <class T>
bool is_same(const Parsed<T>& parsed, const T& value) {
  return parsed && *parsed == value;
}

void require_usable(const Config& config) {
  require(is_same(parse_listen_address(config.web.listen_address), config.web.listen_address), "address");
  require(is_same(parse_telemetry_path(config.web.telemetry_path), config.web.telemetry_path), "path");
  require(is_same(parse_program(config.gluster.path), config.gluster.path), "program");
  require(is_same(parse_socket_path(config.gluster.socket), config.gluster.socket), "socket");
  require(is_same(parse_log_level(config.log.level), config.log.level), "level");
  for (const auto timeout :
       {config.gluster.query_timeout, config.gluster.transaction_timeout, config.gluster.crawl_timeout}) {
    require(timeout >= 100ms && timeout <= 1h, "a timeout is within its limits");
  }
  require(config.collectors.size() == collect::collector_table().size(), "no collector is added");
  for (const auto& [name, settings] : config.collectors) {
    require(settings.interval >= 1s && settings.interval <= 24h, "an interval is within its limits");
  }
  require(config.top.files >= 1 && config.top.files <= 100, "files are within their limits");
  require(config.volume_options.size() <= kMaxVolumeOptions, "options are within their limit");
}

void run(std::string_view text) {
  Config config = built_in();
  if (const auto applied = apply_yaml(text, "x.yml", config); !applied) {
    require_error(applied.error(), text);
    return;
  }
  require_usable(config);
  for (const auto& [key, place] : config.origins) {
    require_place(place, text);
  }
  Config again = config;
  require(apply_yaml(text, "x.yml", again).has_value(), "a file that was taken is taken again");
  require(again.origins == config.origins && again.volume_options == config.volume_options &&
              again.gluster.path == config.gluster.path && again.top.files == config.top.files,
          "a file means the same each time");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
