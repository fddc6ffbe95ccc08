#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "gluster/records.hpp"
#include "gluster/rpc/dict.hpp"
#include "model/node.hpp"

/// Readers of the daemons' answers: pure functions of the dict of a reply that said yes. Where the CLI
/// answers the same question, they give the record that its reader gives. A dict without the key that the
/// question is about is an error of kind parse.
namespace glusterfs_exporter::gluster::rpc {

Result<PeerList> read_peers(const Dict& dict);

Result<std::uint64_t> read_op_version(const Dict& dict);

/// The names of all volumes, in glusterd's order.
Result<std::vector<std::string>> read_volume_names(const Dict& dict);
/// The one volume of an answer.
Result<VolumeRecord> read_volume(const Dict& dict);

/// `latency_unit_seconds` is what one unit of the brick's latencies is: Gluster counts in microseconds up to
/// version 9 and in nanoseconds from version 10 on, without saying so. As the CLI does, this leaves out what
/// was counted without being timed: FORGET, RELEASE and RELEASEDIR, and all fops while latencies are not
/// measured.
Result<model::BrickProfile> read_brick_profile(const Dict& dict, double latency_unit_seconds);

Result<std::vector<model::BrickClient>> read_brick_clients(const Dict& dict);
Result<model::BrickMemory> read_brick_memory(const Dict& dict);
/// Nothing while no client is connected: the brick makes its table for the first one, and leaves it out of an
/// answer while it is locked.
Result<std::optional<model::BrickInodeTable>> read_brick_inode_table(const Dict& dict);
/// How many operations the brick's process works on. The question is one of them and counted too; nothing
/// when the list was locked. Bricks that share a process share it.
Result<std::optional<std::uint64_t>> read_call_pool(const Dict& dict);

inline std::unexpected<Error> missing_key(const std::string& key) {
  return std::unexpected(Error{ErrorKind::parse, "no usable '" + key + "' in the answer"});
}

}  // namespace glusterfs_exporter::gluster::rpc
