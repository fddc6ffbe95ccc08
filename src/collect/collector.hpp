#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "collect/facts.hpp"
#include "common/error.hpp"
#include "config/config.hpp"
#include "gluster/source.hpp"

namespace glusterfs_exporter::collect {

/// Collectors of one lane run one after another on the lane's thread; lanes run beside each other. So there
/// is never more than one command per lane, and never more than one that takes the cluster's lock.
enum class Lane : std::uint8_t {
  query,        ///< takes no lock, answers at once
  transaction,  ///< takes the cluster's lock
  crawl,        ///< takes no lock, may take minutes
};

/// Whether Gluster, when asked, had something to say. What is not there is asked for less often. A run that
/// had nothing to ask about found `something`: looking again costs nothing.
enum class Found : std::uint8_t { something, nothing };

/// What a collector gets for one run. Not to be kept.
class Run {
 public:
  Run(gluster::Source& asked, const config::Config& settings, FactStore& store, SteadyTime expires)
      : source(asked), config(settings), facts(store.copy()), store_(store), expires_(expires) {}

  gluster::Source& source;
  const config::Config& config;
  const Facts facts;  ///< as they were when the run began

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
};

/// One collector: a row of the table in table.cpp.
struct CollectorSpec {
  config::CollectorDefaults defaults;
  Lane lane;
  /// Runs for the first time after this one has ended a run, and not before the volumes are known, because
  /// what that one learns decides what to ask. Null for those that can ask at any time.
  const CollectorSpec* follows;
  /// Asks, and puts what it learnt into the run. What was put stays even when an error follows.
  Result<Found> (*run)(Run&);
};

}  // namespace glusterfs_exporter::collect
