#include "wire_answers.hpp"

#include <deque>
#include <stdexcept>

#include "gluster/fops.hpp"
#include "gluster/rpc/dict.hpp"
#include "gluster/rpc/procedures.hpp"
#include "gluster/rpc/record.hpp"
#include "gluster/rpc/xdr.hpp"

namespace glusterfs_exporter::bench {

namespace {

using namespace gluster::rpc;

/// Pairs as a daemon writes them: the last one set comes first.
class Pairs {
 public:
  void set(std::string key, std::string value) { pairs_.emplace_front(std::move(key), std::move(value)); }
  void set(std::string key, std::uint64_t value) { set(std::move(key), std::to_string(value)); }

  [[nodiscard]] std::string encoded() const {
    std::vector<DictEntry> entries;
    for (const auto& [key, value] : pairs_) {
      entries.push_back({key, value});
    }
    return encode_dict(entries);
  }

 private:
  std::deque<std::pair<std::string, std::string>> pairs_;
};

/// An accepted reply that says yes. The xid is put in when it is sent.
std::string reply(ReplyForm form, const Pairs& pairs) {
  XdrWriter out;
  for (const auto word : {0U, 1U, 0U, 0U, 0U, 0U}) {  // xid, reply, accepted, no verifier, success
    out.u32(word);
  }
  out.i32(0);
  out.i32(0);
  if (form == ReplyForm::cli) {
    out.opaque(std::string_view("\0", 1));
  }
  out.opaque(pairs.encoded());
  if (form == ReplyForm::brick) {
    out.opaque(std::string_view("\0", 1));
  }
  return out.bytes();
}

std::string friends(const Shape& shape) {
  Pairs pairs;
  for (int node = 1; node < shape.nodes(); ++node) {
    const auto prefix = "friend" + std::to_string(node) + ".";
    pairs.set(prefix + "uuid", Shape::uuid_of(node));
    pairs.set(prefix + "hostname", Shape::host_of(node));
    pairs.set(prefix + "port", 24007);
    pairs.set(prefix + "stateId", 3);
    pairs.set(prefix + "state", "Peer in Cluster");
    pairs.set(prefix + "connected", 1);
    pairs.set(prefix + "hostname0", Shape::host_of(node));
    pairs.set(prefix + "hostname_count", 1);
  }
  const auto prefix = "friend" + std::to_string(shape.nodes()) + ".";
  pairs.set(prefix + "uuid", Shape::uuid_of(0));
  pairs.set(prefix + "hostname", "localhost");
  pairs.set(prefix + "connected", 1);
  pairs.set("count", static_cast<std::uint64_t>(shape.nodes()));
  return reply(ReplyForm::peer_list, pairs);
}

std::string names(const Shape& shape) {
  Pairs pairs;
  for (int volume = 0; volume < shape.volumes(); ++volume) {
    pairs.set("volume" + std::to_string(volume), Shape::volume_name(volume));
  }
  pairs.set("count", static_cast<std::uint64_t>(shape.volumes()));
  return reply(ReplyForm::cli, pairs);
}

std::string volume_of(const Shape& shape, int volume) {
  const std::string prefix = "volume0.";
  Pairs pairs;
  const auto set = [&](const std::string& key, auto value) { pairs.set(prefix + key, value); };
  set("name", Shape::volume_name(volume));
  set("type", std::uint64_t{2});
  set("status", std::uint64_t{1});
  set("brick_count", static_cast<std::uint64_t>(shape.bricks()));
  set("dist_count", static_cast<std::uint64_t>(Shape::kReplica));
  set("replica_count", static_cast<std::uint64_t>(Shape::kReplica));
  for (const auto* key :
       {"disperse_count", "redundancy_count", "arbiter_count", "transport", "thin_arbiter_count"}) {
    set(key, std::uint64_t{0});
  }
  set("volume_id", Shape::volume_id(volume));
  set("rebalance", std::uint64_t{0});
  set("snap_count", std::uint64_t{0});
  for (int number = 0; number < shape.bricks(); ++number) {
    const auto id = shape.id_of({volume, number});
    const auto key = "brick" + std::to_string(number + 1);
    set(key, id.host + ":" + id.path);
    set(key + ".uuid", Shape::uuid_of(shape.node_of({volume, number})));
  }
  for (const auto& [name, value] : Shape::options()) {
    set("option." + std::string(name), std::string(value));
  }
  set("opt_count", std::uint64_t{Shape::options().size()});
  pairs.set("count", 1);
  return reply(ReplyForm::cli, pairs);
}

std::string op_version() {
  Pairs pairs;
  pairs.set("count", 1);
  pairs.set("key1", "cluster.op-version");
  pairs.set("value1", 100000);
  return reply(ReplyForm::cli, pairs);
}

std::string profile(const Shape& shape) {
  Pairs pairs;
  const std::string prefix = "-1-";
  pairs.set("info-op", 3);
  pairs.set("cumulative", "-1");
  pairs.set(prefix + "duration", 86400);
  pairs.set(prefix + "total-read", 123'456'789'012);
  pairs.set(prefix + "total-write", 98'765'432'109);
  for (const auto* direction : {"read-", "write-"}) {
    for (unsigned power = 0; power < Shape::kBlockSizes; ++power) {
      const auto size = static_cast<std::int32_t>(1U << power);
      pairs.set(prefix + direction + std::to_string(size), Shape::block_count(power));
    }
  }
  for (int fop = 0; fop < shape.fops(); ++fop) {
    const auto key = prefix + std::to_string(fop) + "-";
    pairs.set(key + "hits", Shape::hits(fop));
    if (gluster::is_timed_fop(gluster::kFops.at(static_cast<std::size_t>(fop)))) {
      pairs.set(key + "avglatency", Shape::latency(fop, 1));
      pairs.set(key + "minlatency", Shape::latency(fop, 0.1));
      pairs.set(key + "maxlatency", Shape::latency(fop, 31));
    }
  }
  for (const int upcall : {1, 6}) {
    pairs.set(prefix + std::to_string(upcall) + "-upcall-hits", 41);
  }
  return reply(ReplyForm::brick, pairs);
}

/// Each client of a volume connects to each of its bricks; the others are the nodes' self-heal daemons.
std::string clients() {
  constexpr int kClients = 20;
  Pairs pairs;
  for (int client = 0; client < kClients; ++client) {
    const auto prefix = "client" + std::to_string(client) + ".";
    pairs.set(prefix + "hostname",
              "192.0.2." + std::to_string(client) + ":" + std::to_string(48700 + client));
    pairs.set(prefix + "bytesread", 447'048'000);
    pairs.set(prefix + "byteswrite", 30'376'000);
    pairs.set(prefix + "opversion", 100000);
    pairs.set(prefix + "name", client % 4 == 0 ? "glustershd" : "unknown");
  }
  pairs.set("clientcount", kClients);
  return reply(ReplyForm::brick, pairs);
}

std::string memory() {
  Pairs pairs;
  for (const auto& [name, value] : {std::pair{"arena", 11018240},
                                    {"ordblks", 202},
                                    {"smblks", 453},
                                    {"hblks", 8},
                                    {"hblkhd", 2105344},
                                    {"usmblks", 0},
                                    {"fsmblks", 26896},
                                    {"uordblks", 3574480},
                                    {"fordblks", 7443760},
                                    {"keepcost", 1248}}) {
    pairs.set(std::string("mallinfo.") + name, static_cast<std::uint64_t>(value));
  }
  // One of these for each kind of object that the brick's translators have.
  constexpr int kPools = 12;
  for (int pool = 0; pool < kPools; ++pool) {
    const auto prefix = "pool" + std::to_string(pool) + ".";
    pairs.set(prefix + "name", "call_frame_t");
    for (const auto* key : {"active-count", "sizeof-type", "padded-sizeof", "size"}) {
      pairs.set(prefix + key, 256);
    }
    pairs.set(prefix + "shared-pool", "");
  }
  return reply(ReplyForm::brick, pairs);
}

std::string inode_table() {
  Pairs pairs;
  pairs.set("conn0.itable.lru_limit", 16384);
  pairs.set("conn0.itable.active_size", 1);
  pairs.set("conn0.itable.lru_size", 6);
  pairs.set("conn0.itable.purge_size", 0);
  pairs.set("conncount", 128);
  return reply(ReplyForm::brick, pairs);
}

std::string call_pool() {
  Pairs pairs;
  pairs.set("callpool.count", 1);
  for (const auto* key : {"uid", "gid", "pid", "unique", "op", "type", "count", "frame0.translator",
                          "frame0.complete", "frame0.timings"}) {
    pairs.set(std::string("callpool.stack0.") + key, "7101");
  }
  return reply(ReplyForm::brick, pairs);
}

}  // namespace

WireAnswers::WireAnswers(const Shape& shape)
    : glusterd_{{kListFriends.number, friends(shape)},
                {kListVolume.number, names(shape)},
                {kGetVolumeOption.number, op_version()}},
      profile_(profile(shape)),
      // GF_CLI_STATUS_VOL with what is asked for, as src/gluster/rpc/procedures.cpp has it.
      status_{{"257", memory()}, {"258", clients()}, {"260", inode_table()}, {"272", call_pool()}} {
  for (int volume = 0; volume < shape.volumes(); ++volume) {
    volumes_.emplace(Shape::volume_name(volume), volume_of(shape, volume));
  }
}

std::string WireAnswers::answer(std::string_view call) const {
  XdrReader in(call);
  const auto xid = in.take(4);
  in.take(8);  // call, version of RPC
  const auto program = in.u32();
  in.u32();
  const auto procedure = in.u32();
  for (int i = 0; i < 2; ++i) {  // credential and verifier
    in.u32();
    in.opaque(call.size());
  }
  const std::string* found = nullptr;
  const auto find_in = [&](const auto& answers, const auto& key) {
    const auto at = answers.find(key);
    found = at == answers.end() ? nullptr : &at->second;
  };
  if (program == kBrickProgram) {
    in.opaque(call.size());  // the brick's path
    in.u32();
    const auto arguments = Dict::decode(std::string(in.opaque(call.size())));
    if (procedure == kXlatorInfo.number) {
      found = &profile_;
    } else if (arguments) {
      find_in(status_, arguments->text("cmd"));
    }
  } else if (procedure == kGetVolume.number) {
    if (const auto arguments = Dict::decode(std::string(in.opaque(call.size())))) {
      find_in(volumes_, arguments->text("volname"));
    }
  } else {
    find_in(glusterd_, procedure);
  }
  if (found == nullptr || !in.ok()) {
    return {};
  }
  return to_record(std::string(xid) + found->substr(4));
}

}  // namespace glusterfs_exporter::bench
