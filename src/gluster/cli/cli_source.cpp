#include "gluster/cli/cli_source.hpp"

#include <utility>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// A cluster of 1,000 volumes of 60 bricks gives about 45 MB of `volume info`.
constexpr std::size_t kLargestAnswerBytes = 64U << 20U;

/// What an answer says about one volume; an empty record when it says nothing.
template <class Record>
Result<Record> only(const std::string& volume, Result<PerVolume<Record>> volumes) {
  if (!volumes) {
    return std::unexpected(std::move(volumes.error()));
  }
  return std::move((*volumes)[volume]);
}

}  // namespace

CliSource::CliSource(CliOptions options, ProcessRunner runner, CommandObserver observer)
    : options_(std::move(options)), runner_(std::move(runner)), observer_(std::move(observer)) {}

Command CliSource::command_for(const Request& request) const {
  Command command{{options_.program, "--mode=script"}, {}, kLargestAnswerBytes};
  if (!options_.socket.empty()) {
    command.argv.push_back("--glusterd-sock=" + options_.socket);
  }
  command.argv.insert(command.argv.end(), request.arguments().begin(), request.arguments().end());
  switch (request.cost()) {
    case Cost::query:
      command.deadline = options_.query_timeout;
      break;
    case Cost::transaction:
      command.deadline = options_.transaction_timeout;
      break;
    case Cost::crawl:
      command.deadline = options_.crawl_timeout;
      break;
  }
  return command;
}

Result<Answer> CliSource::run(const Request& request) {
  auto finished = runner_(command_for(request));
  if (!finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return read_answer(request, *std::move(finished));
}

template <class Read>
auto CliSource::ask(const Request& request, Read read) -> decltype(read(std::declval<const Answer&>())) {
  using Answered = decltype(read(std::declval<const Answer&>()));
  const auto start = std::chrono::steady_clock::now();
  auto result = [&]() -> Answered {
    auto answer = run(request);
    if (!answer) {
      return std::unexpected(std::move(answer.error()));
    }
    return answer->nothing_there ? Answered{} : read(*answer);
  }();
  observer_({request.name(), std::chrono::steady_clock::now() - start, result ? nullptr : &result.error(),
             request.arguments()});
  return result;
}

template <class Make, class Read>
auto CliSource::ask_about(const std::string& volume, Make make, Read read)
    -> decltype(read(std::declval<const Answer&>())) {
  const auto name = VolumeName::checked(volume);
  if (!name) {
    return std::unexpected(
        Error{ErrorKind::parse, "'" + volume + "' is not a name a Gluster volume can have"});
  }
  return ask(make(*name), read);
}

Result<Topology> CliSource::topology() {
  return ask(Request::volume_info(), [](const Answer& answer) { return read_volume_info(answer.root()); });
}

Result<PeerList> CliSource::peers() {
  return ask(Request::pool_list(), [](const Answer& answer) { return read_pool_list(answer.root()); });
}

Result<std::string> CliSource::version() {
  auto version = ask(Request::version(), [](const Answer& answer) { return read_version(answer.text); });
  if (version) {
    major_version_ = major_version(*version);
  }
  return version;
}

Result<std::uint64_t> CliSource::op_version() {
  return ask(Request::op_version(), [](const Answer& answer) { return read_option_number(answer.root()); });
}

Result<std::uint64_t> CliSource::max_op_version() {
  return ask(Request::max_op_version(),
             [](const Answer& answer) { return read_option_number(answer.root()); });
}

Result<PerVolume<StatusRecord>> CliSource::status() {
  return ask(Request::volume_status_all(),
             [](const Answer& answer) { return read_volume_status(answer.root()); });
}

Result<StatusRecord> CliSource::status(const std::string& volume) {
  return ask_about(volume, Request::volume_status,
                   [&](const Answer& answer) { return only(volume, read_volume_status(answer.root())); });
}

Result<PerVolume<DetailRecord>> CliSource::detail() {
  return ask(Request::volume_status_detail_all(),
             [](const Answer& answer) { return read_volume_status_detail(answer.root()); });
}

Result<DetailRecord> CliSource::detail(const std::string& volume) {
  return ask_about(volume, Request::volume_status_detail, [&](const Answer& answer) {
    return only(volume, read_volume_status_detail(answer.root()));
  });
}

Result<double> CliSource::latency_unit_seconds() {
  if (major_version_ == 0) {
    if (auto installed = version(); !installed) {
      return std::unexpected(std::move(installed.error()));
    }
  }
  return gluster::latency_unit_seconds(major_version_);
}

Result<ProfileRecord> CliSource::profile(const std::string& volume) {
  const auto unit = latency_unit_seconds();
  if (!unit) {
    return std::unexpected(unit.error());
  }
  return ask_about(volume, Request::profile,
                   [&](const Answer& answer) { return read_profile(answer.root(), *unit); });
}

Result<HealRecord> CliSource::heal_count(const std::string& volume) {
  return ask_about(volume, Request::heal_count,
                   [](const Answer& answer) { return read_heal_count(answer.text); });
}

Result<HealRecord> CliSource::heal_summary(const std::string& volume) {
  return ask_about(volume, Request::heal_summary,
                   [](const Answer& answer) { return read_heal_summary(answer.root()); });
}

Result<std::vector<model::QuotaLimit>> CliSource::quota(const std::string& volume) {
  auto limits = ask_about(volume, Request::quota_list,
                          [](const Answer& answer) { return read_quota_list(answer.root()); });
  if (!limits) {
    return limits;
  }
  auto added = ask_about(volume, Request::quota_list_objects, [&](const Answer& answer) {
    return read_quota_list_objects(answer.root(), *limits);
  });
  if (!added) {
    return std::unexpected(std::move(added.error()));
  }
  return limits;
}

Result<model::RebalanceReport> CliSource::rebalance(const std::string& volume, const TaskRecord& task) {
  const auto read = [&](const Answer& answer) { return read_rebalance(answer.root(), task.kind); };
  if (task.kind == model::TaskKind::rebalance) {
    return ask_about(volume, Request::rebalance_status, read);
  }
  const auto name = VolumeName::checked(volume);
  const auto request = name ? Request::remove_brick_status(*name, task.bricks) : std::nullopt;
  if (!request) {
    return std::unexpected(
        Error{ErrorKind::parse, "remove_brick_status: the task names no brick of " + volume});
  }
  return ask(*request, read);
}

Result<model::SnapshotReport> CliSource::snapshots(const std::string& volume) {
  auto items = ask_about(volume, Request::snapshot_info,
                         [](const Answer& answer) { return read_snapshot_info(answer.root()); });
  if (!items) {
    return std::unexpected(std::move(items.error()));
  }
  model::SnapshotReport report;
  report.snapshots = *std::move(items);
  auto limits = ask_about(volume, Request::snapshot_config,
                          [&](const Answer& answer) { return read_snapshot_config(answer.root(), report); });
  if (!limits) {
    return std::unexpected(std::move(limits.error()));
  }
  return report;
}

Result<std::vector<model::GeoReplicationWorker>> CliSource::geo_replication() {
  return ask(Request::geo_replication_status(),
             [](const Answer& answer) { return read_geo_replication(answer.root()); });
}

Result<model::BitrotReport> CliSource::bitrot(const std::string& volume) {
  return ask_about(volume, Request::scrub_status,
                   [](const Answer& answer) { return read_scrub_status(answer.text); });
}

Result<TopRecord> CliSource::top(const std::string& volume, model::TopCall call, std::size_t files) {
  return ask_about(
      volume, [&](const VolumeName& name) { return Request::top(name, call, files); },
      [&](const Answer& answer) { return read_top(answer.root(), call); });
}

}  // namespace glusterfs_exporter::gluster
