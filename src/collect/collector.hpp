#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collect/facts.hpp"
#include "common/error.hpp"
#include "config/config.hpp"
#include "exchange/neighbours.hpp"
#include "gluster/glusterd_source.hpp"
#include "gluster/node_source.hpp"
#include "gluster/source.hpp"

namespace glusterfs_exporter::collect {

/// Collectors of one lane run one after another on the lane's thread; lanes run beside each other. So there
/// is never more than one command per lane, and never more than one that takes the cluster's lock.
enum class Lane : std::uint8_t {
  query,        ///< the local glusterd: takes no lock, answers at once
  processes,    ///< the kernel; waits for nobody
  disks,        ///< the bricks' file systems, which a sick disk can block
  bricks,       ///< the bricks' processes
  exporters,    ///< the exporters of the other nodes
  transaction,  ///< takes the cluster's lock
  crawl,        ///< takes no lock, may take minutes
};
inline constexpr std::array kLanes{Lane::query,     Lane::processes,   Lane::disks, Lane::bricks,
                                   Lane::exporters, Lane::transaction, Lane::crawl};

/// Who runs a collector.
enum class Scope : std::uint8_t {
  node,     ///< every exporter, mostly about its own node
  cluster,  ///< the leader, about what only the cluster can tell
};

/// Whom a collector asks; decides whether it can run with the chosen `gluster.source`.
enum class Asks : std::uint8_t {
  glusterd,   ///< over its socket or through the CLI: always possible
  cli,        ///< the CLI: not with `rpc`
  node,       ///< the kernel and the bricks: not with `cli`
  exporters,  ///< always possible
};

/// Whether Gluster, when asked, had something to say. What is not there is asked for less often. A run that
/// had nothing to ask about found `something`: looking again costs nothing.
enum class Found : std::uint8_t { something, nothing };

/// Everybody who can be asked.
struct Sources {
  gluster::GlusterdSource& glusterd;
  gluster::Source& cli;
  gluster::NodeSource& node;
  exchange::NeighbourSource& exporters;
};

/// What a collector gets for one run. Not to be kept.
class Run {
 public:
  Run(const Sources& asked, const config::Config& settings, FactStore& store, SteadyTime started,
      SteadyTime expires)
      : sources(asked),
        config(settings),
        now(started),
        facts(store.copy()),
        store_(store),
        expires_(expires) {}

  const Sources& sources;
  const config::Config& config;
  const SteadyTime now;  ///< when the run began
  const Facts facts;     ///< as they were when the run began

  /// Keeps an answer; it is shown from the end of the run on.
  template <class T>
  void put(Dated<T> Facts::*question, T answer) {
    store_.update([&](Facts& known) { known.*question = dated(std::move(answer)); });
  }

  template <class T>
  void put(Facts::ByVolume<T> Facts::*question, const std::string& volume, T answer) {
    store_.update(
        [&](Facts& known) { (known.*question).insert_or_assign(volume, dated(std::move(answer))); });
  }

  /// Drops the answer about `volume`, because the question no longer makes sense for it.
  template <class T>
  void forget(Facts::ByVolume<T> Facts::*question, const std::string& volume) {
    if ((facts.*question).contains(volume)) {
      store_.update([&](Facts& known) { (known.*question).erase(volume); });
    }
  }

  /// Takes the record out of an answer and notes which way it came.
  template <class T>
  T from(gluster::Answered<T> answer) {
    way_ = answer.way;
    return std::move(answer.record);
  }
  void came_by(gluster::Way way) { way_ = way; }
  /// Which way the answers of this run came, if it noted one.
  [[nodiscard]] std::optional<gluster::Way> way() const { return way_; }

  /// Keeps the answer that was known when the run began as if it had been given now.
  template <class T>
  void confirm(Dated<T> Facts::*question) {
    store_.update([&](Facts& known) {
      known.*question = {(facts.*question).value, std::chrono::steady_clock::now(), expires_};
    });
  }

  void peers_asked(std::optional<PeersAsked> asked) {
    store_.update([&](Facts& known) { known.peers_asked = std::move(asked); });
  }

  void glusterd_answered(bool answered) {
    store_.update([&](Facts& known) { known.glusterd_answers = answered; });
  }

  /// Until when what this run puts holds.
  [[nodiscard]] SteadyTime expires() const { return expires_; }

  void forget_deleted_volumes() {
    store_.update([](Facts& known) { known.forget_deleted_volumes(); });
  }

 private:
  template <class T>
  Dated<T> dated(T answer) const {
    return {std::make_shared<const T>(std::move(answer)), std::chrono::steady_clock::now(), expires_};
  }

  FactStore& store_;
  SteadyTime expires_;
  std::optional<gluster::Way> way_;
};

/// One collector: a row of the table in table.cpp.
struct CollectorSpec {
  config::CollectorDefaults defaults;
  Lane lane;
  Scope scope;
  Asks asks;
  /// Runs for the first time after this one has ended a run, and not before the volumes are known, because
  /// what that one learns decides what to ask. Null for those that can ask at any time.
  const CollectorSpec* follows;
  /// Asks, and puts what it learnt into the run. What was put stays even when an error follows.
  Result<Found> (*run)(Run&);
};

}  // namespace glusterfs_exporter::collect
