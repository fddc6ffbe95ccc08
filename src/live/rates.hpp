#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::live {

/// What a brick has done since its process started. Operations are those that Gluster times, so without
/// FORGET, RELEASE and RELEASEDIR, which no client waits for.
struct OperationTotals {
  std::uint64_t operations = 0;
  double operation_seconds = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;

  bool operator==(const OperationTotals&) const = default;
};

OperationTotals totals_of(const model::BrickProfile& profile);

/// The sum over the volume's bricks; absent while some brick that is not offline has no profile. A replicated
/// write counts on each brick that did it.
std::optional<OperationTotals> totals_of(const model::Volume& volume);

/// What happened in a second, on average between two answers of the brick's process.
struct OperationRates {
  double operations_per_second = 0;
  double operation_seconds_per_second = 0;  ///< operations in work at once, on average
  double read_bytes_per_second = 0;
  double written_bytes_per_second = 0;

  /// Absent when there were no operations.
  [[nodiscard]] std::optional<double> mean_latency_seconds() const;
};

/// Works out rates from one picture after another. A process that was restarted, or whose counters went back,
/// has no rate until its second answer. Keeps a few numbers for each brick of the newest picture. Not
/// thread-safe: for the thread that makes the pictures; a copy is a value that others may read, and costs
/// nothing.
class Rates {
 public:
  /// A picture often holds the answer that the one before held; only a new answer makes a new rate. Two
  /// answers that tell the same are one, since another node's report may come twice, until that has lasted
  /// `kStillAfter`: then nothing happens, and the rate is 0.
  static constexpr std::chrono::seconds kStillAfter{12};
  /// Answers that come closer than this are measured together: when they were given is known only roughly.
  static constexpr std::chrono::seconds kShortest{1};

  void take(const model::Snapshot& snapshot);

  [[nodiscard]] std::optional<OperationRates> of_brick(const std::string& volume,
                                                       const model::BrickId& brick) const;

  /// The sum over the bricks; absent while it is not known of every brick that is not offline.
  [[nodiscard]] std::optional<OperationRates> of_volume(const model::Volume& volume) const;

 private:
  using Key = std::pair<std::string, model::BrickId>;  // volume and brick

  struct Measured {
    OperationTotals totals;
    model::Time at;
    std::optional<model::Time> process_start;
    std::optional<OperationRates> rates;
  };

  static Measured measure(const model::Brick& brick, model::Time at, const Measured* before);

  using Bricks = std::map<Key, Measured>;
  std::shared_ptr<const Bricks> bricks_ = std::make_shared<const Bricks>();  // never changed: copies share it
};

}  // namespace glusterfs_exporter::live
