// What one poll of a node costs, over the daemons' sockets and through the CLI, on a real cluster in one run;
// and whether being polled makes Gluster's processes grow.
//
//   poll_bench GLUSTERD_SOCKET [POLLS]
//
// prints one JSON object. CPU is what the kernel counts for this program and for its children.

#include <cstdio>
#include <map>

#include "poller.hpp"

namespace glusterfs_exporter {
namespace {

using bench::cost_of;
using bench::Poller;
using bench::to_json;

/// Resident bytes of glusterd and of the bricks, by what they are.
std::map<std::string, std::uint64_t> memory_of(const collect::Facts& facts) {
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& [id, process] : facts.processes.value->bricks) {
    bytes["brick " + id.path] = process.usage.resident_bytes;
  }
  for (const auto& process : facts.processes.value->daemons) {
    if (process.kind == model::DaemonKind::glusterd) {
      bytes["glusterd"] = process.usage.resident_bytes;
    }
  }
  return bytes;
}

int run(const std::string& socket, int polls) {
  constexpr int kWarmUp = 3;
  constexpr int kCliPolls = 3;
  Poller sockets(config::SourceChoice::automatic, socket);
  Poller cli(config::SourceChoice::cli, socket);
  cost_of(kWarmUp, [&] {
    sockets.collect();
    sockets.publish();
  });
  const auto memory_before = memory_of(sockets.facts());
  const auto collecting = cost_of(polls, [&] { sockets.collect(); });
  const auto memory_after = memory_of(sockets.facts());
  const auto publishing = cost_of(100, [&] { sockets.publish(); });
  cli.collect();
  const auto by_cli = cost_of(kCliPolls, [&] { cli.collect(); });

  nlohmann::json memory;
  for (const auto& [name, before] : memory_before) {
    memory[name] = {{"before", before}, {"after", memory_after.contains(name) ? memory_after.at(name) : 0}};
  }
  const nlohmann::json result{{"polls", polls},
                              {"bricks", sockets.facts().processes.value->bricks.size()},
                              {"sockets", to_json(collecting)},
                              {"page", to_json(publishing)},
                              {"page_bytes", sockets.page_bytes()},
                              {"cli", to_json(by_cli)},
                              {"cpu_ratio", (by_cli.cpu_ms + by_cli.children_cpu_ms) /
                                                (collecting.cpu_ms + collecting.children_cpu_ms)},
                              {"resident_bytes", memory},
                              {"failed", {{"sockets", sockets.failed()}, {"cli", cli.failed()}}}};
  std::printf("%s\n", result.dump(2).c_str());
  return 0;
}

}  // namespace
}  // namespace glusterfs_exporter

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: poll_bench GLUSTERD_SOCKET [POLLS]\n");
    return 2;
  }
  return glusterfs_exporter::run(argv[1], argc > 2 ? std::atoi(argv[2]) : 1000);
}
