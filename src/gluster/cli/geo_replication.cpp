#include <array>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "gluster/cli/request.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// The same fields have other names up to version 9.
std::string either(pugi::xml_node node, const char* name, const char* name_up_to_9) {
  const auto child = node.child(name);
  return child ? child.child_value() : node.child_value(name_up_to_9);
}

/// Gluster writes "N/A" for what it does not know.
std::string known(std::string text) {
  return text == "N/A" ? "" : std::move(text);
}

model::GeoReplicationWorker read_pair(const std::string& volume, pugi::xml_node pair) {
  model::GeoReplicationWorker worker;
  worker.volume = volume;
  worker.secondary = either(pair, "secondary", "slave");
  constexpr std::string_view kScheme = "ssh://";
  if (worker.secondary.starts_with(kScheme)) {
    worker.secondary.erase(0, kScheme.size());
  }
  worker.host = either(pair, "primary_node", "master_node");
  worker.brick = either(pair, "primary_brick", "master_brick");
  worker.state = text_of(pair, "status");
  worker.crawl = known(text_of(pair, "crawl_status"));
  worker.last_synced = to_time(pair.child_value("last_synced"));
  worker.pending_entry = number_of(pair, "entry");
  worker.pending_data = number_of(pair, "data");
  worker.pending_meta = number_of(pair, "meta");
  worker.failures = number_of(pair, "failures");
  worker.checkpoint_reached = yes_or_no(pair.child_value("checkpoint_completed"));
  return worker;
}

}  // namespace

Result<std::vector<model::GeoReplicationWorker>> read_geo_replication(pugi::xml_node root) {
  const auto report = root.child("geoRep");
  if (!report) {
    return missing("geo_replication_status", "geoRep");
  }
  std::vector<model::GeoReplicationWorker> workers;
  for (const auto volume : report.children("volume")) {
    // Each worker gets a copy: a name without bounds would take far more memory than the answer does.
    const auto name = text_of(volume, "name");
    if (!VolumeName::checked(name)) {
      return missing("geo_replication_status", "volume><name");
    }
    for (const auto session : volume.child("sessions").children("session")) {
      for (const auto pair : session.children("pair")) {
        workers.push_back(read_pair(name, pair));
      }
    }
  }
  return workers;
}

}  // namespace glusterfs_exporter::gluster
