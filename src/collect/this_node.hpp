#pragma once

#include <string>
#include <vector>

#include "collect/facts.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::collect {

/// The uuid of the node this program runs on; empty while it was never learnt. It does not change.
std::string this_node(const Facts& facts);

/// The bricks of started volumes that lie on this node, as the topology last had them, however old that is:
/// a brick's process can be looked at while glusterd is gone.
std::vector<gluster::LocalBrick> bricks_of_this_node(const Facts& facts);

}  // namespace glusterfs_exporter::collect
