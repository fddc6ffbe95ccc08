#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "gluster/cli/answer.hpp"
#include "gluster/cli/process.hpp"
#include "gluster/cli/request.hpp"
#include "gluster/source.hpp"

namespace glusterfs_exporter::gluster {

struct CliOptions {
  std::string program;  ///< absolute path of `gluster`
  std::string socket;   ///< glusterd's; empty for the CLI's own default
  std::chrono::milliseconds query_timeout{};
  std::chrono::milliseconds transaction_timeout{};
  std::chrono::milliseconds crawl_timeout{};
};

/// Starts a program and waits for its end: run_process, or a stand-in in tests.
using ProcessRunner = std::function<Result<Finished>(const Command&)>;

/// One command that ended, for the exporter's own metrics. Called on the thread that asked.
struct CommandReport {
  std::string_view command;  ///< Request::name()
  std::chrono::duration<double> duration;
  const Error* error;                     ///< null when the answer was good
  const std::vector<std::string>& words;  ///< Request::arguments()
};
using CommandObserver = std::function<void(const CommandReport&)>;

/// Asks through the `gluster` CLI, one process a question.
class CliSource final : public Source {
 public:
  CliSource(CliOptions options, ProcessRunner runner, CommandObserver observer);

  Result<Topology> topology() override;
  Result<PeerList> peers() override;
  Result<std::uint64_t> op_version() override;
  Result<std::string> version() override;
  Result<std::uint64_t> max_op_version() override;
  Result<PerVolume<StatusRecord>> status() override;
  Result<StatusRecord> status(const std::string& volume) override;
  Result<PerVolume<DetailRecord>> detail() override;
  Result<DetailRecord> detail(const std::string& volume) override;
  Result<ProfileRecord> profile(const std::string& volume) override;
  Result<HealRecord> heal_count(const std::string& volume) override;
  Result<HealRecord> heal_summary(const std::string& volume) override;
  Result<std::vector<model::QuotaLimit>> quota(const std::string& volume) override;
  Result<model::RebalanceReport> rebalance(const std::string& volume, const TaskRecord& task) override;
  Result<model::SnapshotReport> snapshots(const std::string& volume) override;
  Result<std::vector<model::GeoReplicationWorker>> geo_replication() override;
  Result<model::BitrotReport> bitrot(const std::string& volume) override;
  Result<TopRecord> top(const std::string& volume, model::TopCall call, std::size_t files) override;

 private:
  /// Runs `request` and gives its judged answer to `read`, which makes the record of it. Where nothing is
  /// there the record is an empty one.
  template <class Read>
  auto ask(const Request& request, Read read) -> decltype(read(std::declval<const Answer&>()));

  /// The same for a request about one volume, whose name is checked first. `make` gives the request for the
  /// name.
  template <class Make, class Read>
  auto ask_about(const std::string& volume, Make make, Read read)
      -> decltype(read(std::declval<const Answer&>()));

  Result<Answer> run(const Request& request);
  [[nodiscard]] Command command_for(const Request& request) const;
  /// How long one unit of a latency is with the Gluster installed here; asks for its version once.
  Result<double> latency_unit_seconds();

  CliOptions options_;
  ProcessRunner runner_;
  CommandObserver observer_;
  std::atomic<int> major_version_{0};  ///< 0 while not known
};

}  // namespace glusterfs_exporter::gluster
