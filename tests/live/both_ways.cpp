#include <array>
#include <cstdio>
#include <functional>
#include <pugixml.hpp>
#include <ranges>
#include <span>
#include <string_view>
#include <thread>

#include "collect/reports.hpp"
#include "collect/this_node.hpp"
#include "collect/volume_options.hpp"
#include "gluster/chosen_glusterd.hpp"
#include "gluster/cli/cli_source.hpp"
#include "gluster/this_node.hpp"
#include "gluster/values.hpp"
#include "live/differences.hpp"
#include "support/same_records.hpp"

/// Asks one node of a real cluster every question that has two ways to its answer both ways, through the
/// exporter's own classes, and tells where they disagree. tests/cluster/test_both_ways.py runs it while
/// things happen to the cluster.
namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;
using collect::SteadyTime;
using gluster::LocalBrick;
using model::BrickId;

/// Both ways are asked one after the other, and glusterd learns of some things later than the kernel: that a
/// brick listens, that a daemon it ended is gone. A disagreement counts when it stays for so long.
constexpr auto kSettlesWithin = 6s;
constexpr int kLeastAttempts = 4;
constexpr auto kPause = 300ms;
/// Somebody else's transaction is no disagreement.
constexpr auto kLockedAtMost = 60s;

/// What was wrong with a question itself: thrown so that each question below reads as a comparison.
struct Failed {
  Error error;
};

template <class T>
T need(Result<T> result) {
  if (!result) {
    throw Failed{std::move(result.error())};
  }
  return *std::move(result);
}

std::string text_of(const BrickId& id) {
  return id.host + ":" + id.path;
}

const char* online_text(bool online) {
  return online ? "online" : "offline";
}

std::string name_of(model::DaemonKind kind) {
  constexpr std::array kNames{"shd", "quotad", "bitd", "scrub", "snapd", "nfs", "glusterd", "events"};
  return kNames.at(static_cast<std::size_t>(kind));
}

/// Reads values again and again while something slower happens, so that it is known which values there were
/// meanwhile.
class Watch {
 public:
  using Values = std::map<std::string, std::uint64_t>;

  explicit Watch(std::function<Values()> read) : read_(std::move(read)) {
    take();
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        take();
        std::this_thread::sleep_for(5ms);
      }
    });
  }

  std::map<std::string, Range> end() {
    thread_.request_stop();
    thread_.join();
    take();
    return ranges_;
  }

 private:
  void take() {
    for (const auto& [name, value] : read_()) {
      ranges_[name].take(value);
    }
  }

  std::function<Values()> read_;
  std::map<std::string, Range> ranges_;
  std::jthread thread_;
};

/// What the exporter would know of this node at one moment.
struct Known {
  collect::Facts facts;
  model::NodeReport report;

  [[nodiscard]] const gluster::Topology& topology() const { return *facts.topology.value; }
  [[nodiscard]] const gluster::NodeProcesses& processes() const { return *facts.processes.value; }
  [[nodiscard]] std::vector<LocalBrick> bricks() const { return collect::bricks_of_this_node(facts); }
  [[nodiscard]] std::vector<LocalBrick> bricks_of(const std::string& volume) const {
    auto all = bricks();
    std::erase_if(all, [&](const LocalBrick& brick) { return brick.volume != volume; });
    return all;
  }
  [[nodiscard]] const gluster::BrickProcess* process_of(const BrickId& id) const {
    const auto found = processes().bricks.find(id);
    return found == processes().bricks.end() ? nullptr : &found->second;
  }
};

class BothWays {
 public:
  BothWays(const std::string& program, const std::string& socket)
      : program_(program),
        socket_(socket),
        cli_(
            {program, socket, 60s, 120s, 600s},
            [](const gluster::Command& command) { return gluster::run_process(command, {}); },
            [](const gluster::CommandReport&) {}),
        glusterd_(gluster::rpc::GlusterdClient({socket, 20s}), nullptr,
                  [](std::string_view, const Error&) {}),
        node_({}) {}

  void peers(Comparison& found) {
    const auto by_socket = need(glusterd_.peers());
    found.same_lines(test::to_text(need(cli_.peers())), test::to_text(by_socket.record));
  }

  void topology(Comparison& found) {
    const auto by_socket = need(glusterd_.topology());
    found.same_lines(test::to_text(need(cli_.topology())), test::to_text(by_socket.record));
  }

  void op_version(Comparison& found) {
    found.same("op-version", std::to_string(need(cli_.op_version())),
               std::to_string(need(glusterd_.op_version()).record));
  }

  /// The same unless Gluster was upgraded and not started again.
  void version(Comparison& found) {
    const auto installed = need(cli_.version());
    const auto known = know();
    found.same("glusterd", installed, known.processes().gluster_version);
    for (const auto& [id, process] : known.processes().bricks) {
      found.same(text_of(id), installed, process.version);
    }
  }

  /// Bricks and daemons.
  void status(Comparison& found) {
    const auto by_cli = need(cli_.status());
    const auto known = know();
    compare_bricks(by_cli, known, found);
    compare_daemons(by_cli, known, found);
  }

  void filesystem(Comparison& found) {
    const auto known = know();
    const auto bricks = known.bricks();
    Watch watch([&] {
      Watch::Values values;
      for (const auto& brick : bricks) {
        if (const auto filesystem = node_.filesystem(brick.id.path)) {
          values[text_of(brick.id) + " free bytes"] = filesystem->capacity.free_bytes;
          values[text_of(brick.id) + " free inodes"] = filesystem->capacity.inodes_free;
        }
      }
      return values;
    });
    const auto by_cli = cli_.detail();
    auto seen = watch.end();
    std::map<BrickId, gluster::BrickDetailRecord> details;
    for (const auto& [volume, record] : need(by_cli)) {
      for (const auto& brick : record) {
        details.emplace(brick.id, brick);
      }
    }
    for (const auto& brick : bricks) {
      const auto what = text_of(brick.id);
      const auto detail = details.find(brick.id);
      const auto own = need(node_.filesystem(brick.id.path));
      if (detail == details.end() || !detail->second.capacity) {
        found.differences.push_back(what + ": the CLI does not tell of its file system");
        continue;
      }
      const auto& capacity = *detail->second.capacity;
      const auto fixed = [](const model::Capacity& of, const std::string& device, const std::string& type) {
        std::ostringstream text;
        text << of.size_bytes << " bytes, " << of.inodes << " inodes, " << type << " on " << device;
        return text.str();
      };
      found.same(what, fixed(capacity, detail->second.device, detail->second.fs_type),
                 fixed(own.capacity, own.device, own.fs_type));
      within(found, what + " free bytes", capacity.free_bytes, seen);
      within(found, what + " free inodes", capacity.inodes_free, seen);
    }
  }

  void profile(Comparison& found) {
    const auto known = know();
    for (const auto& volume : known.topology()) {
      if (volume.status == model::VolumeStatus::started) {
        compare_profiles(volume, known, found);
      }
    }
  }

  /// Replicated volumes only: Gluster does not count for others.
  void heal_count(Comparison& found) {
    const auto known = know();
    for (const auto& volume : known.topology()) {
      const bool counts = volume.replica_count > 1 && volume.status == model::VolumeStatus::started &&
                          !collect::option_is_off(volume, "cluster.self-heal-daemon");
      if (counts) {
        compare_backlog(volume.name, known, &gluster::Source::heal_count, found);
      }
    }
  }

  /// Works only where this node's glusterd listens on the built-in path.
  void heal_summary(Comparison& found) {
    const auto known = know();
    for (const auto& volume : known.topology()) {
      if ((volume.replica_count > 1 || volume.disperse_count > 0) &&
          volume.status == model::VolumeStatus::started) {
        compare_backlog(volume.name, known, &gluster::Source::heal_summary, found);
      }
    }
  }

  /// By host, as the metrics have them: the CLI does not say what kind of client each is.
  void clients(Comparison& found) {
    const auto known = know();
    for (const auto& volume : known.topology()) {
      if (volume.status == model::VolumeStatus::started) {
        compare_clients(volume.name, known, found);
      }
    }
  }

 private:
  Known know() {
    Known known;
    const auto now = std::chrono::steady_clock::now();
    const auto put = [&](auto& fact, auto value) {
      using Value = decltype(value);
      fact = {std::make_shared<const Value>(std::move(value)), now, SteadyTime::max()};
    };
    put(known.facts.peers, need(glusterd_.peers()).record);
    put(known.facts.topology, need(glusterd_.topology()).record);
    put(known.facts.processes,
        need(node_.processes(collect::this_node(known.facts), collect::bricks_of_this_node(known.facts))));
    known.facts.glusterd_answers = true;
    known.report = collect::make_own_report(known.facts, now);
    return known;
  }

  static void within(Comparison& found, const std::string& what, std::uint64_t by_cli,
                     const std::map<std::string, Range>& seen) {
    const auto range = seen.find(what);
    if (range == seen.end()) {
      found.differences.push_back(what + ": cli " + std::to_string(by_cli) + ", sockets nothing");
      return;
    }
    found.between(what, static_cast<double>(range->second.least), static_cast<double>(by_cli),
                  static_cast<double>(range->second.most));
  }

  void compare_bricks(const gluster::PerVolume<gluster::StatusRecord>& by_cli, const Known& known,
                      Comparison& found) {
    for (const auto& brick : known.bricks()) {
      const auto volume = by_cli.find(brick.volume);
      const gluster::BrickStatusRecord* told = nullptr;
      if (volume != by_cli.end()) {
        const auto at = std::ranges::find(volume->second.bricks, brick.id, &gluster::BrickStatusRecord::id);
        told = at == volume->second.bricks.end() ? nullptr : &*at;
      }
      found.same(text_of(brick.id), told == nullptr ? "nothing" : online_text(told->online),
                 online_text(known.process_of(brick.id) != nullptr));
    }
  }

  /// Two differences are meant: the CLI lists the bitrot daemon and the scrubber of nodes that have no brick
  /// of the volume, always as offline; and we tell of daemons that the CLI has no word for.
  static void compare_daemons(const gluster::PerVolume<gluster::StatusRecord>& by_cli, const Known& known,
                              Comparison& found) {
    using model::DaemonKind;
    const auto& uuid = known.report.peer_uuid;
    std::map<DaemonKind, bool> told;
    for (const auto& [volume, status] : by_cli) {
      for (const auto& daemon : status.daemons) {
        const bool scans_bricks = daemon.kind == DaemonKind::bitrot || daemon.kind == DaemonKind::scrubber;
        if (daemon.peer_uuid == uuid && !(scans_bricks && known.bricks_of(volume).empty())) {
          const auto [entry, added] = told.emplace(daemon.kind, daemon.online);
          entry->second = entry->second && daemon.online;
        }
      }
    }
    std::map<DaemonKind, bool> known_daemons;
    for (const auto& daemon : known.report.daemons) {
      if (daemon.kind != DaemonKind::glusterd && daemon.kind != DaemonKind::events) {
        known_daemons.emplace(daemon.kind, daemon.online);
      }
    }
    std::set<DaemonKind> kinds;
    std::ranges::copy(std::views::keys(told), std::inserter(kinds, kinds.end()));
    std::ranges::copy(std::views::keys(known_daemons), std::inserter(kinds, kinds.end()));
    const auto text = [](const std::map<DaemonKind, bool>& daemons, DaemonKind kind) {
      const auto at = daemons.find(kind);
      return at == daemons.end() ? "nothing" : online_text(at->second);
    };
    for (const auto kind : kinds) {
      found.same(name_of(kind), text(told, kind), text(known_daemons, kind));
    }
  }

  /// The CLI says nothing while profiling is off, and we ask only while the options say that it is on.
  void compare_profiles(const gluster::VolumeRecord& volume, const Known& known, Comparison& found) {
    const auto ask = [&] {
      gluster::PerBrick<model::BrickProfile> profiles;
      for (const auto& brick : known.bricks_of(volume.name)) {
        const auto* process = known.process_of(brick.id);
        if (process != nullptr && collect::profiling_is_on(volume)) {
          profiles.emplace(brick.id, need(node_.profile(brick, *process)));
        }
      }
      return profiles;
    };
    const auto before = ask();
    gluster::PerBrick<model::BrickProfile> by_cli;
    for (auto& brick : need(cli_.profile(volume.name))) {
      by_cli.emplace(std::move(brick.id), std::move(brick.profile));
    }
    const auto after = ask();
    for (const auto& brick : known.bricks_of(volume.name)) {
      const auto cli = by_cli.find(brick.id);
      const auto own = after.find(brick.id);
      if (cli == by_cli.end() || own == after.end()) {
        if ((cli == by_cli.end()) != (own == after.end())) {
          found.differences.push_back(text_of(brick.id) + ": a profile " +
                                      (own == after.end() ? "by the CLI only" : "by its socket only"));
        }
        continue;
      }
      compare_profile(text_of(brick.id), before.at(brick.id), cli->second, own->second, found);
    }
  }

  static void compare_profile(const std::string& brick, const model::BrickProfile& before,
                              const model::BrickProfile& by_cli, const model::BrickProfile& after,
                              Comparison& found) {
    ++found.compared;
    const auto count = [](std::uint64_t number) { return static_cast<double>(number); };
    found.between(brick + " bytes read", count(before.bytes_read), count(by_cli.bytes_read),
                  count(after.bytes_read));
    found.between(brick + " bytes written", count(before.bytes_written), count(by_cli.bytes_written),
                  count(after.bytes_written));

    const auto fops_of = [](const model::BrickProfile& profile) {
      std::map<std::string, model::FopStats> fops;
      for (const auto& fop : profile.fops) {
        fops.emplace(fop.fop, fop);
      }
      return fops;
    };
    auto fops_before = fops_of(before);
    auto fops_by_cli = fops_of(by_cli);
    for (const auto& after_fop : after.fops) {
      const auto what = brick + " " + after_fop.fop;
      const auto earlier = fops_before.find(after_fop.fop);
      const bool is_new = earlier == fops_before.end();
      const auto cli = fops_by_cli.extract(after_fop.fop);
      if (cli.empty()) {
        if (!is_new) {
          found.differences.push_back(what + ": by its socket only");
        }
        continue;
      }
      const auto& told = cli.mapped();
      const auto first = is_new ? model::FopStats{} : earlier->second;
      found.between(what + " count", count(first.count), count(told.count), count(after_fop.count));
      found.between(what + " seconds", first.seconds_total, told.seconds_total, after_fop.seconds_total);
      // The least can only fall, once there is one.
      found.between(what + " least", after_fop.seconds_min, told.seconds_min,
                    is_new ? after_fop.seconds_total : first.seconds_min);
      found.between(what + " most", first.seconds_max, told.seconds_max, after_fop.seconds_max);
      if (told.timed != after_fop.timed) {
        found.differences.push_back(what + ": timed by one way only");
      }
    }
    for (const auto& [name, fop] : fops_by_cli) {
      found.differences.push_back(std::string(brick).append(" ").append(name).append(": by the CLI only"));
    }

    const auto upcalls_of = [](const model::BrickProfile& profile) {
      std::map<std::string, std::uint64_t> upcalls;
      for (const auto& upcall : profile.upcalls) {
        upcalls[upcall.upcall] = upcall.count;
      }
      return upcalls;
    };
    compare_counts(brick + " upcall ", upcalls_of(before), upcalls_of(by_cli), upcalls_of(after), found);

    const auto blocks_of = [](const model::BrickProfile& profile) {
      std::map<std::string, std::uint64_t> blocks;
      for (const auto& block : profile.blocks) {
        blocks["of " + std::to_string(block.size) + " bytes read"] = block.reads;
        blocks["of " + std::to_string(block.size) + " bytes written"] = block.writes;
      }
      return blocks;
    };
    compare_counts(brick + " blocks ", blocks_of(before), blocks_of(by_cli), blocks_of(after), found);
  }

  /// A count that a way does not tell is 0.
  static void compare_counts(const std::string& what, std::map<std::string, std::uint64_t> before,
                             std::map<std::string, std::uint64_t> by_cli,
                             std::map<std::string, std::uint64_t> after, Comparison& found) {
    std::set<std::string> names;
    for (const auto* counts : {&before, &by_cli, &after}) {
      std::ranges::copy(std::views::keys(*counts), std::inserter(names, names.end()));
    }
    for (const auto& name : names) {
      found.between(what + name, static_cast<double>(before[name]), static_cast<double>(by_cli[name]),
                    static_cast<double>(after[name]));
    }
  }

  void compare_backlog(const std::string& volume, const Known& known,
                       Result<gluster::HealRecord> (gluster::Source::*ask)(const std::string&),
                       Comparison& found) {
    const auto bricks = known.bricks_of(volume);
    Watch watch([&] {
      Watch::Values values;
      for (const auto& brick : bricks) {
        if (const auto index = node_.heal_index(brick.id.path)) {
          values[text_of(brick.id)] = index->pending;
        }
      }
      return values;
    });
    const auto by_cli = (cli_.*ask)(volume);
    const auto seen = watch.end();
    for (const auto& told : need(by_cli)) {
      if (std::ranges::find(bricks, told.id, &LocalBrick::id) == bricks.end()) {
        continue;
      }
      ++found.compared;
      const bool runs = known.process_of(told.id) != nullptr;
      if (runs != told.pending.has_value()) {
        found.differences.push_back(
            text_of(told.id) + " is " + online_text(runs) + ", the CLI " +
            (told.pending ? "counts " + std::to_string(*told.pending) : "can't count"));
      } else if (told.pending) {
        within(found, text_of(told.id), *told.pending, seen);
      }
    }
  }

  struct Traffic {
    std::map<std::string, std::uint64_t> connections;  ///< by host and what the client can do
    double read = 0;
    double written = 0;

    void add(const std::string& host, std::uint64_t op_version, std::uint64_t bytes_read,
             std::uint64_t bytes_written) {
      ++connections[host + " op-version " + std::to_string(op_version)];
      read += static_cast<double>(bytes_read);
      written += static_cast<double>(bytes_written);
    }

    [[nodiscard]] std::string text() const {
      std::string text = "connections";
      for (const auto& [client, number] : connections) {
        text += " " + std::to_string(number) + "x" + client;
      }
      return text;
    }
  };

  /// Nothing when Gluster can't tell: one brick of the volume, on whatever node, without any client makes the
  /// whole command fail.
  std::optional<gluster::PerBrick<Traffic>> clients_by_cli(const std::string& volume) {
    // No collector asks this of the CLI, so there is no class that does.
    const auto finished =
        need(gluster::run_process({{program_, "--mode=script", "--xml", "--glusterd-sock=" + socket_,
                                    "volume", "status", volume, "clients"},
                                   120s,
                                   std::size_t{16} << 20U},
                                  {}));
    pugi::xml_document document;
    document.load_string(finished.out.c_str());
    const auto answer = document.child("cliOutput");
    const auto volumes = answer.child("volStatus").child("volumes");
    if (!volumes) {
      const std::string why = answer.child_value("opErrstr");
      if (why.contains("ommit failed")) {
        return std::nullopt;
      }
      const bool locked = why.contains("Another transaction") || why.contains("Locking failed");
      throw Failed{{locked ? ErrorKind::lock : ErrorKind::exit, "volume_status_clients: " + why}};
    }
    gluster::PerBrick<Traffic> clients;
    for (const auto brick : volumes.child("volume").children("node")) {
      auto& traffic = clients[{brick.child_value("hostname"), brick.child_value("path")}];
      for (const auto client : brick.child("clientsStatus").children("client")) {
        const std::string address = client.child_value("hostname");
        traffic.add(address.substr(0, address.rfind(':')), client.child("opVersion").text().as_ullong(),
                    client.child("bytesRead").text().as_ullong(),
                    client.child("bytesWrite").text().as_ullong());
      }
    }
    return clients;
  }

  gluster::PerBrick<Traffic> clients_by_socket(const std::string& volume, const Known& known) {
    gluster::PerBrick<Traffic> clients;
    for (const auto& brick : known.bricks_of(volume)) {
      if (const auto* process = known.process_of(brick.id)) {
        auto& traffic = clients[brick.id];
        for (const auto& client : need(node_.internals(brick, *process)).clients) {
          traffic.add(client.host, client.op_version, client.bytes_read, client.bytes_written);
        }
      }
    }
    return clients;
  }

  void compare_clients(const std::string& volume, const Known& known, Comparison& found) {
    const auto before = clients_by_socket(volume, known);
    auto by_cli = clients_by_cli(volume);
    if (!by_cli) {
      return;
    }
    const auto after = clients_by_socket(volume, known);
    for (const auto& [id, own] : after) {
      const auto& told = (*by_cli)[id];
      found.same(text_of(id), told.text(), own.text());
      found.between(text_of(id) + " bytes from clients", before.at(id).read, told.read, own.read);
      found.between(text_of(id) + " bytes to clients", before.at(id).written, told.written, own.written);
    }
  }

  std::string program_;
  std::string socket_;
  gluster::CliSource cli_;
  gluster::ChosenGlusterd glusterd_;
  gluster::ThisNode node_;
};

struct Question {
  const char* name;
  void (BothWays::*ask)(Comparison&);
};

constexpr auto kQuestions = std::to_array<Question>({{"peers", &BothWays::peers},
                                                     {"topology", &BothWays::topology},
                                                     {"op_version", &BothWays::op_version},
                                                     {"version", &BothWays::version},
                                                     {"status", &BothWays::status},
                                                     {"filesystem", &BothWays::filesystem},
                                                     {"profile", &BothWays::profile},
                                                     {"heal_count", &BothWays::heal_count},
                                                     {"clients", &BothWays::clients},
                                                     {"heal_summary", &BothWays::heal_summary}});

/// Asks until both ways agree, or have had the time to. Prints a line, and the differences that stay.
bool settle(const Question& question, BothWays& both) {
  const auto start = std::chrono::steady_clock::now();
  const auto since = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start); };
  std::vector<std::string> first;
  int attempts = 0;
  while (true) {
    Comparison found;
    bool locked = false;
    try {
      (both.*question.ask)(found);
    } catch (const Failed& failed) {
      locked = failed.error.kind == ErrorKind::lock;
      found.differences.push_back(std::string(to_string(failed.error.kind)) + ": " + failed.error.context);
    }
    attempts += locked ? 0 : 1;
    if (found.differences.empty()) {
      std::printf("%s same %zu attempts %d seconds %.1f\n", question.name, found.compared, attempts,
                  since().count());
      for (const auto& difference : first) {
        std::printf("  at first: %s\n", difference.c_str());
      }
      return true;
    }
    const bool patient =
        locked ? since() < kLockedAtMost : attempts < kLeastAttempts || since() < kSettlesWithin;
    if (!patient) {
      std::printf("%s differs %zu attempts %d seconds %.1f\n", question.name, found.differences.size(),
                  attempts, since().count());
      for (const auto& difference : found.differences) {
        std::printf("  %s\n", difference.c_str());
      }
      return false;
    }
    if (first.empty() && !locked) {
      first = std::move(found.differences);
    }
    std::this_thread::sleep_for(kPause);
  }
}

int run(std::span<char* const> arguments) {
  if (arguments.size() < 2) {
    std::fputs("usage: both_ways GLUSTERD_SOCKET [QUESTION…]\n", stderr);
    return 2;
  }
  const auto program = gluster::find_program("gluster");
  if (!program) {
    std::fprintf(stderr, "%s\n", program.error().context.c_str());
    return 2;
  }
  const auto wanted = arguments.subspan(2);
  const auto is_wanted = [&](std::string_view name) {
    return wanted.empty() ? name != "heal_summary"
                          : std::ranges::any_of(wanted, [&](const char* word) { return name == word; });
  };
  BothWays both(*program, arguments[1]);
  bool same = true;
  for (const auto& question : kQuestions) {
    if (is_wanted(question.name)) {
      same = settle(question, both) && same;
    }
  }
  return same ? 0 : 1;
}

}  // namespace
}  // namespace glusterfs_exporter::live

int main(int count, char** arguments) {
  return glusterfs_exporter::live::run(std::span(arguments, static_cast<std::size_t>(count)));
}
