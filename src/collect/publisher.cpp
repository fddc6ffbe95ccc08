#include "collect/publisher.hpp"

#include "collect/picture.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Pictures are made at least this often, so that what they say about this program itself is never old
/// either.
constexpr auto kLongestSilence = 15s;

/// And at most this often. The first news are shown at once; what the other collectors that were due find in
/// the next moments becomes one more picture. Each costs as much as several collectors do. No longer than
/// this, since the death of a brick may come right after them.
constexpr auto kShortestPause = 20ms;

}  // namespace

void Publisher::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Publisher::stop() {
  thread_ = {};  // requests the stop and joins
}

void Publisher::wake() {
  {
    const std::scoped_lock lock(mutex_);
    news_ = true;
  }
  woken_.notify_one();
}

void Publisher::publish() {
  const auto previous = latest_.get();
  const auto now = std::chrono::steady_clock::now();
  const auto facts = parts_.store.copy();
  const Reports reports(facts, now);
  auto picture = std::make_shared<const model::Snapshot>(
      make_picture(facts, reports,
                   {now, std::chrono::system_clock::now(), parts_.collectors(), parts_.leader(),
                    parts_.local_hostname, previous.get()}));
  latest_.set(picture);
  auto own = std::make_shared<model::NodeReport>(reports.own());
  own->leader = picture->leader.value_or(false);
  parts_.on_picture(picture, std::move(own));
}

void Publisher::run(const std::stop_token& stop) {
  auto earliest = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    auto wake_at = now + kLongestSilence;
    if (const auto expiry = parts_.store.copy().next_expiry(now)) {
      wake_at = std::min(wake_at, *expiry);
    }
    {
      std::unique_lock lock(mutex_);
      woken_.wait_until(lock, stop, wake_at, [&] { return news_; });
      woken_.wait_until(lock, stop, earliest, [] { return false; });
      news_ = false;
    }
    if (!stop.stop_requested()) {
      earliest = std::chrono::steady_clock::now() + kShortestPause;
      publish();
    }
  }
}

}  // namespace glusterfs_exporter::collect
