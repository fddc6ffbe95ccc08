#include "live/rates.hpp"

#include <chrono>

namespace glusterfs_exporter::live {
namespace {

/// Two readings of /proc do not always come to the same moment.
constexpr std::chrono::seconds kSameStart{2};

bool restarted(std::optional<model::Time> before, std::optional<model::Time> now) {
  return before && now && std::chrono::abs(*now - *before) > kSameStart;
}

bool went_back(const OperationTotals& before, const OperationTotals& now) {
  return now.operations < before.operations || now.operation_seconds < before.operation_seconds ||
         now.read_bytes < before.read_bytes || now.written_bytes < before.written_bytes;
}

OperationRates rates_between(const OperationTotals& before, const OperationTotals& now, double seconds) {
  const auto rate = [seconds](auto from, auto to) { return static_cast<double>(to - from) / seconds; };
  return {.operations_per_second = rate(before.operations, now.operations),
          .operation_seconds_per_second = rate(before.operation_seconds, now.operation_seconds),
          .read_bytes_per_second = rate(before.read_bytes, now.read_bytes),
          .written_bytes_per_second = rate(before.written_bytes, now.written_bytes)};
}

/// Sums what `get(brick)` tells over the bricks; nothing while a brick that is not offline tells nothing, or
/// none tells anything.
template <class Sum, class Get, class Add>
std::optional<Sum> sum_over(const model::Volume& volume, Get get, Add add) {
  Sum sum;
  bool any = false;
  for (const auto& subvolume : volume.subvolumes) {
    for (const auto& brick : subvolume.bricks) {
      if (const auto part = get(brick)) {
        add(sum, *part);
        any = true;
      } else if (brick.online.value_or(true)) {
        return std::nullopt;
      }
    }
  }
  return any ? std::optional(sum) : std::nullopt;
}

}  // namespace

OperationTotals totals_of(const model::BrickProfile& profile) {
  OperationTotals totals{.operations = 0,
                         .operation_seconds = 0,
                         .read_bytes = profile.bytes_read,
                         .written_bytes = profile.bytes_written};
  for (const auto& fop : profile.fops) {
    if (fop.timed) {
      totals.operations += fop.count;
      totals.operation_seconds += fop.seconds_total;
    }
  }
  return totals;
}

std::optional<OperationTotals> totals_of(const model::Volume& volume) {
  return sum_over<OperationTotals>(
      volume,
      [](const model::Brick& brick) {
        return brick.profile ? std::optional(totals_of(*brick.profile)) : std::nullopt;
      },
      [](OperationTotals& sum, const OperationTotals& part) {
        sum.operations += part.operations;
        sum.operation_seconds += part.operation_seconds;
        sum.read_bytes += part.read_bytes;
        sum.written_bytes += part.written_bytes;
      });
}

std::optional<double> OperationRates::mean_latency_seconds() const {
  return operations_per_second > 0 ? std::optional(operation_seconds_per_second / operations_per_second)
                                   : std::nullopt;
}

Rates::Measured Rates::measure(const model::Brick& brick, model::Time at, const Measured* before) {
  Measured now{.totals = totals_of(*brick.profile), .at = at, .process_start = {}, .rates = {}};
  if (brick.process) {
    now.process_start = brick.process->start_time;
  }
  if (before == nullptr) {
    return now;
  }
  if (!now.process_start) {
    now.process_start = before->process_start;  // unknown for a moment, known again with the next picture
  }
  const auto elapsed = at - before->at;
  if (elapsed < elapsed.zero() || restarted(before->process_start, now.process_start) ||
      went_back(before->totals, now.totals)) {
    return now;
  }
  const bool still = now.totals == before->totals;
  if (elapsed < (still ? kStillAfter : kShortest)) {
    auto kept = *before;
    kept.process_start = now.process_start;
    return kept;
  }
  now.rates = rates_between(before->totals, now.totals, std::chrono::duration<double>(elapsed).count());
  return now;
}

void Rates::take(const model::Snapshot& snapshot) {
  Bricks newest;
  for (const auto& volume : snapshot.volumes) {
    for (const auto& subvolume : volume.subvolumes) {
      for (const auto& brick : subvolume.bricks) {
        if (!brick.profile) {
          continue;
        }
        Key key(volume.name, brick.id);
        const auto before = bricks_->find(key);
        auto measured =
            measure(brick, snapshot.taken_at, before == bricks_->end() ? nullptr : &before->second);
        newest.insert_or_assign(std::move(key), measured);
      }
    }
  }
  bricks_ = std::make_shared<const Bricks>(std::move(newest));
}

std::optional<OperationRates> Rates::of_brick(const std::string& volume, const model::BrickId& brick) const {
  const auto found = bricks_->find(Key(volume, brick));
  return found == bricks_->end() ? std::nullopt : found->second.rates;
}

std::optional<OperationRates> Rates::of_volume(const model::Volume& volume) const {
  return sum_over<OperationRates>(
      volume, [&](const model::Brick& brick) { return of_brick(volume.name, brick.id); },
      [](OperationRates& sum, const OperationRates& part) {
        sum.operations_per_second += part.operations_per_second;
        sum.operation_seconds_per_second += part.operation_seconds_per_second;
        sum.read_bytes_per_second += part.read_bytes_per_second;
        sum.written_bytes_per_second += part.written_bytes_per_second;
      });
}

}  // namespace glusterfs_exporter::live
