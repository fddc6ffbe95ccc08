#include "cli_answers.hpp"

#include <fstream>
#include <stdexcept>

#include "gluster/fops.hpp"

namespace glusterfs_exporter::bench {

namespace {

/// XML as the CLI writes it, an element a line.
class Xml {
 public:
  Xml() {
    text_ = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    open("cliOutput");
    leaf("opRet", "0");
    leaf("opErrno", "0");
    indent();
    text_ += "<opErrstr/>\n";
  }
  void open(const char* name) {
    indent();
    text_.append("<").append(name).append(">\n");
    ++depth_;
  }
  void close(const char* name) {
    --depth_;
    indent();
    text_.append("</").append(name).append(">\n");
  }
  void leaf(const char* name, const std::string& value) {
    indent();
    text_.append("<").append(name).append(">").append(value).append("</").append(name).append(">\n");
  }
  void leaf(const char* name, std::uint64_t value) { leaf(name, std::to_string(value)); }
  void line(const std::string& text) {
    indent();
    text_.append(text).append("\n");
  }
  std::string end() {
    close("cliOutput");
    return std::move(text_);
  }

 private:
  void indent() { text_.append(2 * depth_, ' '); }

  std::string text_;
  std::size_t depth_ = 0;
};

std::string volume_info(const Shape& shape) {
  Xml xml;
  xml.open("volInfo");
  xml.open("volumes");
  for (int volume = 0; volume < shape.volumes(); ++volume) {
    xml.open("volume");
    xml.leaf("name", Shape::volume_name(volume));
    xml.leaf("id", Shape::volume_id(volume));
    xml.leaf("status", "1");
    xml.leaf("statusStr", "Started");
    xml.leaf("snapshotCount", "0");
    xml.leaf("brickCount", static_cast<std::uint64_t>(shape.bricks()));
    xml.leaf("distCount", static_cast<std::uint64_t>(shape.bricks() / Shape::kReplica));
    xml.leaf("replicaCount", static_cast<std::uint64_t>(Shape::kReplica));
    xml.leaf("arbiterCount", "0");
    xml.leaf("disperseCount", "0");
    xml.leaf("redundancyCount", "0");
    xml.leaf("type", "7");
    xml.leaf("typeStr", "Distributed-Replicate");
    xml.leaf("transport", "0");
    xml.open("bricks");
    for (int number = 0; number < shape.bricks(); ++number) {
      const auto id = shape.id_of({volume, number});
      const auto name = id.host + ":" + id.path;
      const auto uuid = Shape::uuid_of(shape.node_of({volume, number}));
      xml.line("<brick uuid=\"" + uuid + "\">" + name + "<name>" + name + "</name><hostUuid>" + uuid +
               "</hostUuid><isArbiter>0</isArbiter></brick>");
    }
    xml.close("bricks");
    xml.leaf("optCount", std::uint64_t{Shape::options().size()});
    xml.open("options");
    for (const auto& [name, value] : Shape::options()) {
      xml.open("option");
      xml.leaf("name", std::string(name));
      xml.leaf("value", std::string(value));
      xml.close("option");
    }
    xml.close("options");
    xml.close("volume");
  }
  xml.leaf("count", static_cast<std::uint64_t>(shape.volumes()));
  xml.close("volumes");
  xml.close("volInfo");
  return xml.end();
}

std::string pool_list(const Shape& shape) {
  Xml xml;
  xml.open("peerStatus");
  for (int node = shape.nodes() - 1; node >= 0; --node) {
    xml.open("peer");
    xml.leaf("uuid", Shape::uuid_of(node));
    if (node == 0) {
      xml.leaf("hostname", "localhost");
      xml.leaf("connected", "1");
    } else {
      xml.leaf("hostname", Shape::host_of(node));
      xml.open("hostnames");
      xml.leaf("hostname", Shape::host_of(node));
      xml.close("hostnames");
      xml.leaf("connected", "1");
      xml.leaf("state", "3");
      xml.leaf("stateStr", "Peer in Cluster");
    }
    xml.close("peer");
  }
  xml.close("peerStatus");
  return xml.end();
}

void put_state(Xml& xml, const std::string& host, const std::string& path, const std::string& uuid,
               const std::string& port, int pid) {
  xml.leaf("hostname", host);
  xml.leaf("path", path);
  xml.leaf("peerid", uuid);
  xml.leaf("status", "1");
  xml.leaf("port", port);
  xml.open("ports");
  xml.leaf("tcp", port);
  xml.leaf("rdma", "N/A");
  xml.close("ports");
  xml.leaf("pid", static_cast<std::uint64_t>(pid));
}

void put_size(Xml& xml, const BrickPlace& brick) {
  xml.leaf("sizeTotal", 10'995'116'277'760);
  xml.leaf("sizeFree", 5'497'558'138'880);
  xml.leaf("device", "/dev/mapper/bricks-" + Shape::volume_name(brick.volume));
  xml.leaf("blockSize", 4096);
  xml.leaf("mntOptions", "rw,noatime,nouuid,attr2,inode64,logbufs=8,logbsize=32k,noquota");
  xml.leaf("fsName", "xfs");
  xml.leaf("inodesTotal", 1'073'741'824);
  xml.leaf("inodesFree", 1'063'741'824);
}

/// `volume status all`, or with `detail` `volume status all detail`, which has no daemons but sizes.
std::string volume_status(const Shape& shape, bool detail) {
  constexpr int kFirstPid = 3886;
  constexpr int kFirstPort = 49152;
  Xml xml;
  xml.open("volStatus");
  xml.open("volumes");
  for (int volume = 0; volume < shape.volumes(); ++volume) {
    xml.open("volume");
    xml.leaf("volName", Shape::volume_name(volume));
    xml.leaf("nodeCount", static_cast<std::uint64_t>(shape.bricks() + (detail ? 0 : shape.nodes())));
    for (int number = 0; number < shape.bricks(); ++number) {
      const BrickPlace brick{volume, number};
      const auto id = shape.id_of(brick);
      xml.open("node");
      put_state(xml, id.host, id.path, Shape::uuid_of(shape.node_of(brick)),
                std::to_string(kFirstPort + volume), kFirstPid + volume);
      if (detail) {
        put_size(xml, brick);
      }
      xml.close("node");
    }
    for (int node = 0; !detail && node < shape.nodes(); ++node) {
      xml.open("node");
      put_state(xml, "Self-heal Daemon", node == 0 ? "localhost" : Shape::host_of(node), Shape::uuid_of(node),
                "N/A", kFirstPid - 1);
      xml.close("node");
    }
    if (!detail) {
      xml.line("<tasks/>");
    }
    xml.close("volume");
  }
  xml.close("volumes");
  xml.close("volStatus");
  return xml.end();
}

std::string profile(const Shape& shape) {
  Xml xml;
  xml.open("volProfile");
  xml.leaf("volname", Shape::volume_name(0));
  xml.leaf("profileOp", "3");
  xml.leaf("brickCount", static_cast<std::uint64_t>(shape.bricks()));
  for (int number = 0; number < shape.bricks(); ++number) {
    const auto id = shape.id_of({0, number});
    xml.open("brick");
    xml.leaf("brickName", id.host + ":" + id.path);
    xml.open("cumulativeStats");
    xml.open("blockStats");
    for (unsigned power = 0; power < Shape::kBlockSizes; ++power) {
      xml.open("block");
      xml.leaf("size", std::uint64_t{1} << power);
      xml.leaf("reads", Shape::block_count(power));
      xml.leaf("writes", Shape::block_count(power));
      xml.close("block");
    }
    xml.close("blockStats");
    xml.open("fopStats");
    for (int fop = 0; fop < shape.fops(); ++fop) {
      const auto name = gluster::kFops.at(static_cast<std::size_t>(fop));
      const bool timed = gluster::is_timed_fop(name);
      xml.open("fop");
      xml.leaf("name", std::string(name));
      xml.leaf("hits", Shape::hits(fop));
      xml.leaf("avgLatency", timed ? Shape::latency(fop, 1) : "0.000000");
      xml.leaf("minLatency", timed ? Shape::latency(fop, 0.1) : "0.000000");
      xml.leaf("maxLatency", timed ? Shape::latency(fop, 31) : "0.000000");
      xml.close("fop");
    }
    xml.close("fopStats");
    xml.leaf("duration", 86400);
    xml.leaf("totalRead", 123'456'789'012);
    xml.leaf("totalWrite", 98'765'432'109);
    xml.close("cumulativeStats");
    xml.close("brick");
  }
  xml.close("volProfile");
  return xml.end();
}

std::string heal_count(const Shape& shape) {
  std::string text = "Gathering count of entries to be healed on volume " + Shape::volume_name(0) +
                     " has been successful \n";
  for (int number = 0; number < shape.bricks(); ++number) {
    const auto id = shape.id_of({0, number});
    text += "\nBrick " + id.host + ":" + id.path + "\nNumber of entries: 0\n";
  }
  return text;
}

std::string op_version() {
  Xml xml;
  xml.open("volGetopts");
  xml.leaf("count", "1");
  xml.open("Opt");
  xml.leaf("Option", "cluster.op-version");
  xml.leaf("Value", "100000");
  xml.close("Opt");
  xml.close("volGetopts");
  return xml.end();
}

}  // namespace

void write_cli_answers(const Shape& shape) {
  const auto put = [&](const std::string& name, const std::string& text) {
    std::ofstream file(shape.folder() + "/" + name, std::ios::binary);
    if (!(file << text).flush()) {
      throw std::runtime_error("cannot write " + shape.folder() + "/" + name);
    }
  };
  put("version", "glusterfs 10.3\nRepository revision: git://git.gluster.org/glusterfs.git\n");
  put("volume-info", volume_info(shape));
  put("pool-list", pool_list(shape));
  put("volume-status-all", volume_status(shape, false));
  put("volume-status-all-detail", volume_status(shape, true));
  put("volume-get-all-cluster.op-version", op_version());
  put("volume-profile-" + Shape::volume_name(0) + "-info-cumulative", profile(shape));
  put("volume-heal-" + Shape::volume_name(0) + "-statistics-heal-count", heal_count(shape));
}

}  // namespace glusterfs_exporter::bench
