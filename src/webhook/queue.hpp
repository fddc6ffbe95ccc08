#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "webhook/spool.hpp"

namespace glusterfs_exporter::webhook {

/// What waits to be delivered to one target, in order, within a limit: when there is no room the oldest is
/// dropped. With a spool it lies on disk; what cannot be written there waits in memory instead. One thread
/// pushes, one takes; anybody may ask for counts() and never waits for the disk.
class Queue {
 public:
  using Body = std::shared_ptr<const std::string>;

  struct Limits {
    std::size_t bytes = std::size_t{16} << 20U;  ///< on disk in whole blocks
    std::size_t documents = 10'000;
    std::size_t bytes_in_memory = std::size_t{16} << 20U;  ///< of those that a spool could not take
  };

  struct Document {
    std::uint64_t sequence = 0;
    std::string id;  ///< of the delivery: the same however often it is tried
    Body body;

    bool operator==(const Document&) const = default;
  };

  struct Counts {
    std::size_t documents = 0;  ///< that wait
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;  ///< since the start, for want of room
  };

  /// `run` begins the ids of this run of the program; letters and digits. `on_trouble` is told what the spool
  /// could not do, on the thread that wanted it.
  Queue(Limits limits, std::string run, std::optional<Spool> spool,
        std::function<void(const Error&)> on_trouble);

  /// The id that the next document pushed will have.
  [[nodiscard]] std::string next_id() const;

  /// Returns how many were dropped to make room. That is this one alone when it is larger than
  /// the limit.
  std::size_t push(std::string body);

  /// The oldest, once there is one; nothing when stopped. It stays until finish() is called for it.
  std::optional<Document> wait_for_oldest(const std::stop_token& stop);

  /// The oldest, while something waits that would be lost with this program: in memory. Does not wait.
  std::optional<Document> oldest_if_volatile();

  /// How many would be lost with this program.
  [[nodiscard]] std::size_t volatile_documents() const;

  /// It was delivered, or given up.
  void finish(std::uint64_t sequence);

  /// Whether the one that was taken is still to be delivered. It may have been dropped since; only then, now
  /// that it is clear that it was not delivered, is it counted.
  bool is_wanted(std::uint64_t sequence);

  [[nodiscard]] Counts counts() const;

 private:
  struct Entry {
    std::uint64_t sequence = 0;
    std::string id;
    std::size_t bytes = 0;
    Body body;  ///< null for one on disk
  };

  bool write(const Entry& entry, const std::string& body);
  /// The one to be delivered next, now that `oldest` is taken; nothing where it cannot be read, and is
  /// forgotten.
  std::optional<Document> open(const Entry& oldest);
  /// With the lock. What leaves is added to `dropped`; its files are to be removed without the lock.
  void drop_while(const std::function<bool()>& there_is_no_room, std::vector<Entry>& dropped);
  void forget_oldest();  // with the lock
  void remove_files(const std::vector<Entry>& entries);
  void take_from_disk(const Entry& entry);
  [[nodiscard]] std::string id_of(std::uint64_t sequence) const;

  const Limits limits_;
  const std::string run_;
  const std::function<void(const Error&)> on_trouble_;
  mutable std::mutex mutex_;
  std::condition_variable_any pushed_;
  std::optional<Spool> spool_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::size_t bytes_in_memory_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t dropped_on_the_way_ = 0;  // the sequence of one that left while it was being delivered
  std::uint64_t taken_ = 0;               // of the one that is being delivered; 0: none
  std::uint64_t dropped_ = 0;
};

}  // namespace glusterfs_exporter::webhook
