#include "gluster/local/thin_pools.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "common/text.hpp"
#include "gluster/cli/process.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kDeadline{20};
constexpr std::size_t kMaxOutputBytes = 8UL * 1024 * 1024;

std::unexpected<Error> fail(ErrorKind kind, std::string_view why) {
  return std::unexpected(Error{kind, "lvs: " + clean_utf8(why)});
}

/// A field's text. lvs quotes numbers unless it is told to print json_std.
std::string text_of(const Json& row, const char* name) {
  const auto field = row.find(name);
  if (field == row.end()) {
    return {};
  }
  if (const auto* text = field->get_ptr<const Json::string_t*>()) {
    return *text;
  }
  return field->is_number() ? field->dump() : std::string();
}

/// "12.34" is 0.1234; nothing for what is not a percentage, as of a pool that is not active.
std::optional<double> ratio_of(const std::string& percent) {
  constexpr double kWhole = 100;
  double value = 0;
  const auto* end = percent.data() + percent.size();
  const auto [at, error] = std::from_chars(percent.data(), end, value);
  if (error != std::errc{} || at != end || std::isnan(value) || value < 0 || value > kWhole) {
    return std::nullopt;
  }
  return value / kWhole;
}

struct LogicalVolume {
  std::string group;
  std::string name;
  std::string pool;
  std::vector<std::string> devices;
  std::optional<model::ThinPool> use;  ///< of a thin pool that is active
};

LogicalVolume read_row(const Json& row) {
  LogicalVolume volume{.group = text_of(row, "vg_name"),
                       .name = text_of(row, "lv_name"),
                       .pool = text_of(row, "pool_lv"),
                       .devices = {text_of(row, "lv_path"), text_of(row, "lv_dm_path")},
                       .use = {}};
  if (auto minor = text_of(row, "lv_kernel_minor"); to_number(minor)) {  // -1 when not active
    volume.devices.push_back("/dev/dm-" + minor);
  }
  const auto size = to_number(text_of(row, "lv_size"));
  const auto data = ratio_of(text_of(row, "data_percent"));
  // The first letter is the type: pools for caches and for VDO are not meant.
  if (size && data && text_of(row, "lv_attr").starts_with('t')) {
    volume.use = model::ThinPool{.size_bytes = *size,
                                 .data_used_ratio = *data,
                                 .metadata_used_ratio = ratio_of(text_of(row, "metadata_percent"))};
  }
  return volume;
}

}  // namespace

Result<std::map<std::string, model::ThinPool>> read_thin_pools(std::string_view json,
                                                               std::span<const std::string> devices) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  const auto child = [](const Json& of, const char* name) -> const Json* {
    const auto found = of.is_object() ? of.find(name) : of.end();
    return found != of.end() && found->is_array() ? &*found : nullptr;
  };
  const Json* reports = child(document, "report");
  if (reports == nullptr) {
    return fail(ErrorKind::parse, "no report in the answer");
  }
  std::vector<LogicalVolume> volumes;
  for (const auto& report : *reports) {
    const Json* rows = child(report, "lv");
    if (rows == nullptr) {
      return fail(ErrorKind::parse, "no list of volumes in the answer");
    }
    for (const auto& row : *rows) {
      if (!row.is_object()) {
        return fail(ErrorKind::parse, "a volume is not an object");
      }
      volumes.push_back(read_row(row));
    }
  }
  std::map<std::string, model::ThinPool> pools;
  for (const auto& device : devices) {
    const auto volume = std::ranges::find_if(volumes, [&device](const LogicalVolume& candidate) {
      return !device.empty() && std::ranges::find(candidate.devices, device) != candidate.devices.end();
    });
    if (volume == volumes.end() || volume->pool.empty()) {
      continue;
    }
    const auto pool = std::ranges::find_if(volumes, [&volume](const LogicalVolume& candidate) {
      return candidate.group == volume->group && candidate.name == volume->pool;
    });
    if (pool != volumes.end() && pool->use) {
      pools.emplace(device, *pool->use);
    }
  }
  return pools;
}

Result<std::map<std::string, model::ThinPool>> find_thin_pools(std::span<const std::string> devices,
                                                               const std::stop_token& stop) {
  const bool any = std::ranges::any_of(devices, [](const std::string& device) {
    return device.starts_with("/dev/mapper/") || device.starts_with("/dev/dm-");
  });
  const auto program = any ? find_program("lvs") : fail(ErrorKind::spawn, "not needed");
  if (!program) {
    return {};
  }
  const std::string fields =
      "vg_name,lv_name,lv_path,lv_dm_path,lv_kernel_minor,lv_attr,pool_lv,lv_size,data_percent,metadata_"
      "percent";
  const Command command{
      .argv = {*program, "--reportformat", "json", "--units", "b", "--nosuffix", "-o", fields},
      .deadline = kDeadline,
      .max_output_bytes = kMaxOutputBytes};
  auto finished = run_process(command, stop);
  if (!finished) {
    return std::unexpected(std::move(finished.error()));
  }
  if (finished->exit_status != 0) {
    return fail(ErrorKind::exit, finished->err);
  }
  return read_thin_pools(finished->out, devices);
}

}  // namespace glusterfs_exporter::gluster::local
