#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// Gluster's numbers for the state of a defrag; those above 5 (layout and data fix-up steps of "fix-layout")
/// are finer steps of the same four ends.
model::TaskState task_state(int status) {
  switch (status) {
    case 0:
      return model::TaskState::not_started;
    case 1:
    case 5:  // fix-layout in progress
      return model::TaskState::in_progress;
    case 2:
    case 6:  // fix-layout stopped
      return model::TaskState::stopped;
    case 3:
    case 7:  // fix-layout completed
      return model::TaskState::completed;
    case 4:
    case 8:  // fix-layout failed
      return model::TaskState::failed;
    default:
      return model::TaskState::unknown;
  }
}

}  // namespace

Result<model::RebalanceReport> read_rebalance(pugi::xml_node root, model::TaskKind kind) {
  const auto* element = kind == model::TaskKind::rebalance ? "volRebalance" : "volRemoveBrick";
  const auto report = root.child(element);
  if (!report) {
    return missing("rebalance_status", element);
  }
  model::RebalanceReport answer;
  answer.kind = kind;
  for (const auto node : report.children("node")) {
    model::RebalanceNode row;
    row.peer_uuid = text_of(node, "id");
    row.host = text_of(node, "nodeName");
    row.state = task_state(node.child("status").text().as_int(-1));
    row.moved_files = number_of(node, "files").value_or(0);
    row.moved_bytes = number_of(node, "size").value_or(0);
    row.scanned_files = number_of(node, "lookups").value_or(0);
    row.failed_files = number_of(node, "failures").value_or(0);
    row.skipped_files = number_of(node, "skipped").value_or(0);
    row.run_seconds = real_of(node, "runtime");
    answer.nodes.push_back(std::move(row));
  }
  return answer;
}

}  // namespace glusterfs_exporter::gluster
