#pragma once

#include <pugixml.hpp>
#include <string_view>

#include "common/error.hpp"
#include "gluster/records.hpp"

/// Readers of the CLI's answers, one file each. They take <cliOutput> of an answer that reported success, or
/// its text. An answer without the element or line that the question is about is an error of kind parse.
namespace glusterfs_exporter::gluster {

Result<Topology> read_volume_info(pugi::xml_node root);
Result<PeerList> read_pool_list(pugi::xml_node root);
Result<PerVolume<StatusRecord>> read_volume_status(pugi::xml_node root);
Result<PerVolume<DetailRecord>> read_volume_status_detail(pugi::xml_node root);

/// `latency_unit_seconds` is what one unit of the answer's latencies is: Gluster counts in microseconds up to
/// version 9 and in nanoseconds from version 10 on, without saying so.
Result<ProfileRecord> read_profile(pugi::xml_node root, double latency_unit_seconds);

Result<HealRecord> read_heal_count(std::string_view text);
Result<HealRecord> read_heal_summary(pugi::xml_node root);

/// Limits on space and on objects are two commands; the second adds to what the first gave.
Result<std::vector<model::QuotaLimit>> read_quota_list(pugi::xml_node root);
Result<void> read_quota_list_objects(pugi::xml_node root, std::vector<model::QuotaLimit>& limits);

/// Of `rebalance status` and of `remove-brick status`.
Result<model::RebalanceReport> read_rebalance(pugi::xml_node root, model::TaskKind kind);

Result<std::vector<model::SnapshotItem>> read_snapshot_info(pugi::xml_node root);
/// Fills the limits of `report`, those of the volume where it has its own, else the system's.
Result<void> read_snapshot_config(pugi::xml_node root, model::SnapshotReport& report);

Result<std::vector<model::GeoReplicationWorker>> read_geo_replication(pugi::xml_node root);
Result<model::BitrotReport> read_scrub_status(std::string_view text);
Result<TopRecord> read_top(pugi::xml_node root, model::TopCall call);

/// The value of the one option of `volume get`.
Result<std::uint64_t> read_option_number(pugi::xml_node root);
/// "10.3" out of what `gluster --version` prints.
Result<std::string> read_version(std::string_view text);

}  // namespace glusterfs_exporter::gluster
