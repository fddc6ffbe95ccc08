#include "gluster/cli/request.hpp"

#include <algorithm>

namespace glusterfs_exporter::gluster {

namespace {

constexpr std::size_t kLongestVolumeName = 255;

bool is_volume_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_brick(std::string_view text) {
  const auto colon = text.find(":/");
  return colon != std::string_view::npos && colon > 0 && text.front() != '-' &&
         text.find('\0') == std::string_view::npos;
}

std::string_view word(model::TopCall call) {
  switch (call) {
    case model::TopCall::open:
      return "open";
    case model::TopCall::read:
      return "read";
    case model::TopCall::write:
      return "write";
    case model::TopCall::opendir:
      return "opendir";
    case model::TopCall::readdir:
      return "readdir";
  }
  return "open";
}

}  // namespace

std::optional<VolumeName> VolumeName::checked(std::string_view name) {
  if (name.empty() || name.size() > kLongestVolumeName || name.front() == '-' ||
      !std::ranges::all_of(name, is_volume_name_character)) {
    return std::nullopt;
  }
  return VolumeName(name);
}

Request Request::version() {
  return {"version", Cost::query, {"--version"}};
}

Request Request::volume_info() {
  return {"volume_info", Cost::query, {"volume", "info", "--xml"}};
}

Request Request::pool_list() {
  return {"pool_list", Cost::query, {"pool", "list", "--xml"}};
}

Request Request::op_version() {
  return {"op_version", Cost::query, {"volume", "get", "all", "cluster.op-version", "--xml"}};
}

Request Request::max_op_version() {
  return {"max_op_version", Cost::transaction, {"volume", "get", "all", "cluster.max-op-version", "--xml"}};
}

Request Request::volume_status_all() {
  return {"volume_status", Cost::transaction, {"volume", "status", "all", "--xml"}, {"No volumes present"}};
}

Request Request::volume_status(const VolumeName& volume) {
  return {"volume_status",
          Cost::transaction,
          {"volume", "status", volume.str(), "--xml"},
          {"is not started", "does not exist"}};
}

Request Request::volume_status_detail_all() {
  return {"volume_status_detail",
          Cost::transaction,
          {"volume", "status", "all", "detail", "--xml"},
          {"No volumes present"}};
}

Request Request::volume_status_detail(const VolumeName& volume) {
  return {"volume_status_detail",
          Cost::transaction,
          {"volume", "status", volume.str(), "detail", "--xml"},
          {"is not started", "does not exist"}};
}

Request Request::profile(const VolumeName& volume) {
  return {"volume_profile",
          Cost::transaction,
          {"volume", "profile", volume.str(), "info", "cumulative", "--xml"},
          {"is not started", "does not exist", "Profile on Volume"}};
}

Request Request::heal_count(const VolumeName& volume) {
  return {"heal_count",
          Cost::transaction,
          {"volume", "heal", volume.str(), "statistics", "heal-count"},
          {"is not started", "does not exist", "is not of type"}};
}

Request Request::heal_summary(const VolumeName& volume) {
  return {"heal_summary",
          Cost::crawl,
          {"volume", "heal", volume.str(), "info", "summary", "--xml"},
          {"is not started", "does not exist"}};
}

Request Request::quota_list(const VolumeName& volume) {
  return {"quota_list",
          Cost::transaction,
          {"volume", "quota", volume.str(), "list", "--xml"},
          {"No quota configured", "Quota is disabled", "is not started", "does not exist"}};
}

Request Request::quota_list_objects(const VolumeName& volume) {
  return {"quota_list_objects",
          Cost::transaction,
          {"volume", "quota", volume.str(), "list-objects", "--xml"},
          {"No inode quota configured", "Quota is disabled", "is not started", "does not exist"}};
}

Request Request::rebalance_status(const VolumeName& volume) {
  return {"rebalance_status",
          Cost::transaction,
          {"volume", "rebalance", volume.str(), "status", "--xml"},
          {"Rebalance not started", "is not started", "does not exist", "is not a distribute volume"}};
}

std::optional<Request> Request::remove_brick_status(const VolumeName& volume,
                                                    const std::vector<std::string>& bricks) {
  if (bricks.empty() || !std::ranges::all_of(bricks, is_brick)) {
    return std::nullopt;
  }
  std::vector<std::string> arguments{"volume", "remove-brick", volume.str()};
  arguments.insert(arguments.end(), bricks.begin(), bricks.end());
  arguments.emplace_back("status");
  arguments.emplace_back("--xml");
  return Request("remove_brick_status", Cost::transaction, std::move(arguments),
                 {"remove-brick not started", "is not started", "does not exist"});
}

Request Request::snapshot_info(const VolumeName& volume) {
  return {"snapshot_info",
          Cost::query,
          {"snapshot", "info", "volume", volume.str(), "--xml"},
          {"LVM commands not found", "does not exist"}};
}

Request Request::snapshot_config(const VolumeName& volume) {
  return {"snapshot_config",
          Cost::query,
          {"snapshot", "config", volume.str(), "--xml"},
          {"LVM commands not found", "does not exist"}};
}

Request Request::geo_replication_status() {
  return {"geo_replication_status",
          Cost::query,
          {"volume", "geo-replication", "status", "--xml"},
          {"No active geo-replication sessions", "geo-replication command failed"}};
}

Request Request::scrub_status(const VolumeName& volume) {
  return {"scrub_status",
          Cost::transaction,
          {"volume", "bitrot", volume.str(), "scrub", "status"},
          {"Bitrot is not enabled", "is not started", "does not exist"}};
}

Request Request::top(const VolumeName& volume, model::TopCall call, std::size_t files) {
  return {
      "volume_top",
      Cost::transaction,
      {"volume", "top", volume.str(), std::string(word(call)), "list-cnt", std::to_string(files), "--xml"},
      {"is not started", "does not exist"}};
}

}  // namespace glusterfs_exporter::gluster
