#include "live/feed.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>
#include <utility>

#include "live/changes.hpp"
#include "live/state_document.hpp"

namespace glusterfs_exporter::live {
namespace {

std::string event_text(Feed::SystemTime time, std::string_view id, std::string_view kind,
                       std::string_view json) {
  using std::chrono::microseconds;
  const auto us = std::chrono::floor<microseconds>(time.time_since_epoch()).count();
  // The JSON is one line. What begins with a colon is a comment.
  return fmt::format(": {}.{:06}\nid: {}\nevent: {}\ndata: {}\n\n", us / 1'000'000, us % 1'000'000, id, kind,
                     json);
}

}  // namespace

/// Nobody may ever want a state as a whole, so it becomes text when the first one does, outside the feed's
/// lock.
struct Feed::Whole {
  Whole(SystemTime time, std::string state_id, std::uint64_t state_number, nlohmann::json json)
      : published(time), id(std::move(state_id)), number(state_number), document(std::move(json)) {}

  Bytes bytes() {
    const std::scoped_lock lock(mutex);
    if (text == nullptr) {
      text = std::make_shared<const std::string>(event_text(published, id, "state", to_text(document)));
    }
    return text;
  }

  const SystemTime published;
  const std::string id;
  const std::uint64_t number;
  const nlohmann::json document;
  std::mutex mutex;
  Bytes text;
};

std::string random_epoch() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

void Feed::publish(nlohmann::json state, SystemTime now) {
  std::shared_ptr<Whole> before;
  {
    const std::scoped_lock lock(mutex_);
    before = newest_;
  }
  const auto patch = before == nullptr ? nlohmann::json() : merge_patch(before->document, state);
  if (patch.is_object() && patch.empty()) {
    return;
  }
  const auto number = before == nullptr ? 1 : before->number + 1;
  auto whole = std::make_shared<Whole>(now, id_of(number), number, std::move(state));
  Change change{.number = number, .bytes = nullptr};
  if (before != nullptr) {
    change.bytes = std::make_shared<const std::string>(event_text(now, whole->id, "change", to_text(patch)));
  }
  {
    const std::scoped_lock lock(mutex_);
    newest_ = std::move(whole);
    if (change.bytes != nullptr) {
      changes_bytes_ += change.bytes->size();
      changes_.push_back(std::move(change));
    }
    while (!changes_.empty() && (changes_.size() > limits_.changes || changes_bytes_ > limits_.bytes)) {
      changes_bytes_ -= changes_.front().bytes->size();
      changes_.pop_front();
    }
  }
}

Feed::Bytes Feed::change_after(std::uint64_t number) const {
  // A number that has not been given yet is of nobody who read this feed.
  if (number == 0 || number >= newest_->number || changes_.empty() || number + 1 < changes_.front().number) {
    return nullptr;
  }
  const auto first = changes_.begin() + static_cast<std::ptrdiff_t>(number + 1 - changes_.front().number);
  std::size_t to_send = 0;
  for (auto change = first; change != changes_.end(); ++change) {
    to_send += change->bytes->size();
  }
  return whole_bytes_ != 0 && to_send > whole_bytes_ ? nullptr : first->bytes;
}

Feed::Bytes Feed::whole(Whole& state) const {
  auto bytes = state.bytes();
  const std::scoped_lock lock(mutex_);
  whole_bytes_ = bytes->size();
  return bytes;
}

Feed::News Feed::next(std::string_view last_id) const {
  if (before_read_) {
    before_read_();
  }
  const auto last = number_of(last_id);
  std::unique_lock lock(mutex_);
  if (newest_ == nullptr || newest_->number == last) {
    return {.id = std::string(last_id), .bytes = nullptr};
  }
  const auto newest = newest_;
  const auto change = change_after(last);
  lock.unlock();
  if (change != nullptr) {
    return {.id = id_of(last + 1), .bytes = change};
  }
  return {.id = newest->id, .bytes = whole(*newest)};
}

Feed::State Feed::state() const {
  if (before_read_) {
    before_read_();
  }
  std::shared_ptr<Whole> newest;
  {
    const std::scoped_lock lock(mutex_);
    newest = newest_;
  }
  if (newest == nullptr) {
    return {};
  }
  State state{.id = newest->id, .bytes = whole(*newest), .json = {}};
  state.json = *state.bytes;
  state.json.remove_prefix(state.json.find('{'));
  state.json.remove_suffix(2);
  return state;
}

std::shared_ptr<const nlohmann::json> Feed::document() const {
  const std::scoped_lock lock(mutex_);
  return newest_ == nullptr ? nullptr : std::shared_ptr<const nlohmann::json>(newest_, &newest_->document);
}

std::string Feed::id_of(std::uint64_t number) const {
  return fmt::format("{}-{}", epoch_, number);
}

std::uint64_t Feed::number_of(std::string_view id) const {
  if (!id.starts_with(epoch_ + "-")) {
    return 0;
  }
  id.remove_prefix(epoch_.size() + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc{} && end == id.data() + id.size() ? number : 0;
}

}  // namespace glusterfs_exporter::live
