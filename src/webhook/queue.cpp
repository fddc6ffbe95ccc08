#include "webhook/queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace glusterfs_exporter::webhook {

Queue::Queue(Limits limits, std::string run, std::optional<Spool> spool,
             std::function<void(const Error&)> on_trouble)
    : limits_(limits), run_(std::move(run)), on_trouble_(std::move(on_trouble)), spool_(std::move(spool)) {
  if (!spool_) {
    return;
  }
  for (const auto& stored : spool_->found()) {
    entries_.push_back({stored.sequence, stored.id, stored.bytes, nullptr});
    bytes_ += stored.bytes;
    next_sequence_ = stored.sequence + 1;
  }
  std::vector<Entry> dropped;
  drop_while([this] { return bytes_ > limits_.bytes || entries_.size() > limits_.documents; }, dropped);
  remove_files(dropped);  // the limits may have been larger ones before
}

std::string Queue::id_of(std::uint64_t sequence) const {
  return fmt::format("{}-{}", run_, sequence);
}

std::string Queue::next_id() const {
  const std::scoped_lock lock(mutex_);
  return id_of(next_sequence_);
}

std::size_t Queue::push(std::string body) {
  const auto bytes = spool_ ? Spool::bytes_on_disk(body.size()) : body.size();
  Entry entry{.sequence = 0, .id = "", .bytes = bytes, .body = nullptr};
  std::vector<Entry> dropped;
  {
    const std::scoped_lock lock(mutex_);
    entry.sequence = next_sequence_++;
    entry.id = id_of(entry.sequence);
    if (bytes > limits_.bytes) {
      ++dropped_;
      return 1;
    }
    drop_while([&] { return bytes_ + bytes > limits_.bytes || entries_.size() >= limits_.documents; },
               dropped);
    bytes_ += bytes;  // from now on the room is taken
  }
  remove_files(dropped);
  const auto lost = dropped.size();
  if (!spool_ || !write(entry, body)) {
    entry.body = std::make_shared<const std::string>(std::move(body));
  }
  dropped.clear();
  {
    const std::scoped_lock lock(mutex_);
    if (spool_ && entry.body != nullptr) {
      drop_while([&] { return bytes_in_memory_ + bytes > limits_.bytes_in_memory; }, dropped);
      bytes_in_memory_ += bytes;
    }
    entries_.push_back(std::move(entry));
  }
  pushed_.notify_one();
  remove_files(dropped);
  return lost + dropped.size();
}

bool Queue::write(const Entry& entry, const std::string& body) {
  const auto written = spool_->write(entry.sequence, entry.id, body);
  if (!written) {
    on_trouble_(written.error());
  }
  return written.has_value();
}

void Queue::drop_while(const std::function<bool()>& there_is_no_room, std::vector<Entry>& dropped) {
  while (!entries_.empty() && there_is_no_room()) {
    dropped.push_back(entries_.front());
    if (entries_.front().sequence == taken_) {
      dropped_on_the_way_ = taken_;
    } else {
      ++dropped_;
    }
    forget_oldest();
  }
}

void Queue::forget_oldest() {
  const auto& oldest = entries_.front();
  bytes_ -= oldest.bytes;
  if (spool_ && oldest.body != nullptr) {
    bytes_in_memory_ -= oldest.bytes;
  }
  entries_.pop_front();
}

void Queue::remove_files(const std::vector<Entry>& entries) {
  for (const auto& entry : entries) {
    take_from_disk(entry);
  }
}

void Queue::take_from_disk(const Entry& entry) {
  if (spool_ && entry.body == nullptr) {
    spool_->remove(entry.sequence, entry.id);
  }
}

std::optional<Queue::Document> Queue::wait_for_oldest(const std::stop_token& stop) {
  while (true) {
    Entry oldest;
    {
      std::unique_lock lock(mutex_);
      pushed_.wait(lock, stop, [this] { return !entries_.empty(); });
      if (stop.stop_requested()) {
        return std::nullopt;
      }
      oldest = entries_.front();
      taken_ = oldest.sequence;
    }
    if (auto document = open(oldest)) {
      return document;
    }
  }
}

std::optional<Queue::Document> Queue::oldest_if_volatile() {
  while (true) {
    Entry oldest;
    {
      const std::scoped_lock lock(mutex_);
      if (std::ranges::all_of(entries_, [](const Entry& entry) { return entry.body == nullptr; })) {
        return std::nullopt;
      }
      oldest = entries_.front();
      taken_ = oldest.sequence;
    }
    if (auto document = open(oldest)) {
      return document;
    }
  }
}

std::size_t Queue::volatile_documents() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const Entry& entry) { return entry.body != nullptr; }));
}

std::optional<Queue::Document> Queue::open(const Entry& oldest) {
  if (oldest.body != nullptr) {
    return Document{oldest.sequence, oldest.id, oldest.body};
  }
  auto body = spool_->read(oldest.sequence, oldest.id);
  if (body) {
    return Document{oldest.sequence, oldest.id, std::make_shared<const std::string>(*std::move(body))};
  }
  if (is_wanted(oldest.sequence)) {  // else it was dropped while it was read
    on_trouble_(body.error());
    {
      const std::scoped_lock lock(mutex_);
      ++dropped_;
    }
    finish(oldest.sequence);
  }
  return std::nullopt;
}

void Queue::finish(std::uint64_t sequence) {
  Entry finished;
  {
    const std::scoped_lock lock(mutex_);
    taken_ = 0;
    dropped_on_the_way_ = 0;
    if (entries_.empty() || entries_.front().sequence != sequence) {
      return;
    }
    finished = entries_.front();
    forget_oldest();
  }
  take_from_disk(finished);
}

bool Queue::is_wanted(std::uint64_t sequence) {
  const std::scoped_lock lock(mutex_);
  if (dropped_on_the_way_ != sequence) {
    return true;
  }
  dropped_on_the_way_ = 0;
  taken_ = 0;
  ++dropped_;
  return false;
}

Queue::Counts Queue::counts() const {
  const std::scoped_lock lock(mutex_);
  return {.documents = entries_.size(), .bytes = bytes_, .dropped = dropped_};
}

}  // namespace glusterfs_exporter::webhook
