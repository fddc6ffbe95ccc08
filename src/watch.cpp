#include "watch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/table.hpp"
#include "common/to_number.hpp"
#include "gluster/cli/process.hpp"
#include "gluster/default_socket.hpp"

namespace glusterfs_exporter {
namespace {

using namespace std::chrono_literals;

/// glusterd answers in a millisecond, a large cluster's topology in a second.
constexpr auto kGlusterdTimeout = 5s;

/// The next poll of the other exporters comes soon.
constexpr auto kNeighbourTimeout = 2s;

gluster::CliOptions cli_options(const config::Config& config, std::string program) {
  return {std::move(program), config.gluster.socket, config.gluster.query_timeout,
          config.gluster.transaction_timeout, config.gluster.crawl_timeout};
}

std::optional<gluster::rpc::GlusterdClient> glusterd_client(const config::Config& config,
                                                            std::stop_token stop) {
  if (config.gluster.source == config::SourceChoice::cli) {
    return std::nullopt;
  }
  const auto& socket = config.gluster.socket;
  return gluster::rpc::GlusterdClient(
      {socket.empty() ? std::string(gluster::kDefaultSocket) : socket, kGlusterdTimeout}, std::move(stop));
}

/// As one would type it, without what only tells how to write the answer.
std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    if (word != "--xml") {
      text += text.empty() ? word : " " + word;
    }
  }
  return text;
}

/// The other nodes whose exporters answer.
std::vector<std::string> hosts_of_exporters(const model::Snapshot& snapshot) {
  std::vector<std::string> hosts;
  for (const auto& peer : snapshot.peers) {
    if (!peer.local && peer.exporter && peer.exporter->answers) {
      hosts.push_back(peer.host);
    }
  }
  return hosts;
}

std::set<std::string, std::less<>> shown_options(const config::Config& config) {
  return {config.volume_options.begin(), config.volume_options.end()};
}

}  // namespace

Watch::Watch(Parts parts)
    : parts_(std::move(parts)),
      renderer_(shown_options(config())),
      cli_(
          cli_options(config(), parts_.gluster_program),
          [stop = stopping_.get_token()](const gluster::Command& command) {
            return run_process(command, stop);
          },
          [this](const gluster::CommandReport& report) {
            parts_.metrics.command_ended(report.command, report.duration,
                                         report.error == nullptr ? "" : to_string(report.error->kind));
            add_call({Asked::cli, command_text(report.words), report.duration, report.error});
          }),
      glusterd_(
          glusterd_client(config(), stopping_.get_token()),
          config().gluster.source == config::SourceChoice::rpc ? nullptr : &cli_,
          [this, told = std::set<std::string, std::less<>>()](std::string_view question,
                                                              const Error& why) mutable {
            if (told.emplace(question).second) {
              parts_.log->warn("the gluster command answers {} because glusterd's socket did not: {}",
                               question, why.context);
            }
          },
          [this](const Call& call) { add_call(call); }),
      this_node_(stopping_.get_token(), [this](const Call& call) { add_call(call); }),
      herald_(exporter_port(), kNeighbourTimeout, parts_.credentials),
      neighbours_(
          exporter_port(), kNeighbourTimeout, stopping_.get_token(),
          [this](const Call& call) { add_call(call); }, parts_.credentials),
      scheduler_({{glusterd_, cli_, this_node_, neighbours_},
                  parts_.config,
                  parts_.facts,
                  parts_.log,
                  parts_.on_news,
                  [this] { watch_processes(); },
                  [this](std::string_view collector, const Error& error) {
                    parts_.calls.add_failure(collector, error, std::chrono::system_clock::now());
                  }},
                 collect::collector_table()),
      death_watch_([this] { scheduler_.run_now(collect::processes_collector); }) {}

void Watch::start() {
  herald_.start();
  death_watch_.start();
  watch_processes();
  scheduler_.start();
}

void Watch::stop() {
  stopping_.request_stop();
  scheduler_.stop();
  death_watch_.stop();
  herald_.stop();
}

bool Watch::asks_anything() const {
  return std::ranges::any_of(config().collectors, [](const auto& one) { return one.second.enabled; });
}

std::uint16_t Watch::exporter_port() const {
  const std::string_view own = config().web.listen_address;
  return config().cluster.exporter_port != 0
             ? config().cluster.exporter_port
             : to_number<std::uint16_t>(own.substr(own.rfind(':') + 1)).value_or(0);
}

void Watch::tell_others(const model::NodeReport& own, const model::Snapshot& snapshot) {
  herald_.take(own, hosts_of_exporters(snapshot));
}

void Watch::watch_processes() {
  const auto processes = parts_.facts.copy().processes.value;
  if (processes == nullptr) {
    return;
  }
  std::set<gluster::ProcessKey> keys;
  std::set<gluster::ProcessKey> glusterds;
  for (const auto& [id, process] : processes->bricks) {
    keys.insert(process.key);
  }
  for (const auto& daemon : processes->daemons) {
    keys.insert(daemon.key);
    if (daemon.kind == model::DaemonKind::glusterd) {
      glusterds.insert(daemon.key);
    }
  }
  death_watch_.watch(keys);
  const auto before = std::exchange(glusterds_, glusterds);
  if (before && *before != glusterds) {
    // What the last one did not answer says nothing of this one; and where there is none any more all should
    // see it.
    scheduler_.run_now(collect::topology_collector);
    scheduler_.run_now(collect::peers_collector);
  }
}

void Watch::add_call(const Call& call) {
  parts_.calls.add(call, std::chrono::system_clock::now());
}

}  // namespace glusterfs_exporter
