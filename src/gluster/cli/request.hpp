#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gluster/records.hpp"

namespace glusterfs_exporter::gluster {

/// A volume name that is safe to stand in an argument vector. Gluster allows letters, digits, '_' and '-'
/// only.
class VolumeName {
 public:
  /// Empty when `name` could be read as an option or is not a name Gluster would accept.
  static std::optional<VolumeName> checked(std::string_view name);

  [[nodiscard]] const std::string& str() const { return name_; }

 private:
  explicit VolumeName(std::string_view name) : name_(name) {}

  std::string name_;
};

/// What a command does to the cluster; decides its deadline.
enum class Cost {
  query,        ///< answered by the local glusterd alone
  transaction,  ///< runs on all peers, most often under the cluster's lock
  crawl,        ///< reads bricks, for as long as it takes
};

/// A command of the `gluster` CLI that this program may run. They are made only by the functions below, all
/// of which read: there is no way to write any other.
class Request {
 public:
  static Request version();
  static Request volume_info();
  static Request pool_list();
  static Request op_version();
  static Request max_op_version();
  static Request volume_status_all();
  static Request volume_status(const VolumeName& volume);
  static Request volume_status_detail_all();
  static Request volume_status_detail(const VolumeName& volume);
  /// `info cumulative`; plain `info` would clear the interval statistics for everybody.
  static Request profile(const VolumeName& volume);
  static Request heal_count(const VolumeName& volume);
  static Request heal_summary(const VolumeName& volume);
  static Request quota_list(const VolumeName& volume);
  static Request quota_list_objects(const VolumeName& volume);
  static Request rebalance_status(const VolumeName& volume);
  /// Empty when a brick is not of the form HOST:/PATH.
  static std::optional<Request> remove_brick_status(const VolumeName& volume,
                                                    const std::vector<std::string>& bricks);
  static Request snapshot_info(const VolumeName& volume);
  static Request snapshot_config(const VolumeName& volume);
  static Request geo_replication_status();
  static Request scrub_status(const VolumeName& volume);
  /// Without a block size and count, which would make Gluster write test data to the bricks.
  static Request top(const VolumeName& volume, model::TopCall call, std::size_t files);

  /// The command's name as the label `command`, "volume_status".
  [[nodiscard]] std::string_view name() const { return name_; }
  /// What follows `gluster --mode=script`; `--xml` included where the answer is XML.
  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }
  [[nodiscard]] Cost cost() const { return cost_; }
  /// Gluster says one of these (in its error text) when what was asked about is not there; not a failure.
  [[nodiscard]] const std::vector<std::string_view>& nothing_there() const { return nothing_there_; }

 private:
  Request(std::string_view name, Cost cost, std::vector<std::string> arguments,
          std::vector<std::string_view> nothing_there = {})
      : name_(name),
        cost_(cost),
        arguments_(std::move(arguments)),
        nothing_there_(std::move(nothing_there)) {}

  std::string_view name_;
  Cost cost_;
  std::vector<std::string> arguments_;
  std::vector<std::string_view> nothing_there_;
};

}  // namespace glusterfs_exporter::gluster
