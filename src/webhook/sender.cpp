#include "webhook/sender.hpp"

#include <condition_variable>
#include <mutex>
#include <random>
#include <utility>

namespace glusterfs_exporter::webhook {
namespace {

void wait_for(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

Sender::Sender(Queue& queue, config::WebhookTarget target, Credentials credentials, Told told)
    : queue_(queue),
      target_(std::move(target)),
      credentials_(std::move(credentials)),
      told_(std::move(told)),
      backoff_(std::minstd_rand(std::random_device()())) {}

void Sender::start() {
  std::promise<void> ended;
  ended_ = ended.get_future();
  thread_ = std::jthread([this, ended = std::move(ended)](const std::stop_token& stop) mutable {
    run(stop);
    ended.set_value();
  });
}

void Sender::hurry() {
  hurry_.request_stop();
}

void Sender::stop(std::chrono::steady_clock::time_point patience_ends) {
  hurry();
  if (ended_.valid()) {
    ended_.wait_until(patience_ends);
  }
  thread_ = {};  // requests the stop and joins
}

void Sender::run(const std::stop_token& stop) {
  Poster poster(target_, credentials_, stop);
  while (const auto document = queue_.wait_for_oldest(hurry_.get_token())) {
    backoff_.reset();
    while (!hurry_.stop_requested() && !attempt(*document, poster)) {
      if (!queue_.is_wanted(document->sequence)) {
        told_.dropped();
        break;
      }
    }
  }
  while (!stop.stop_requested()) {
    const auto document = queue_.oldest_if_volatile();
    if (!document || !attempt(*document, poster)) {
      return;
    }
  }
}

bool Sender::attempt(const Queue::Document& document, Poster& poster) {
  const auto attempt = poster.post(document.id, *document.body);
  if (attempt.result == Attempt::Result::stopped) {
    return false;
  }
  if (attempt.result != Attempt::Result::failed) {
    queue_.finish(document.sequence);
    told_.attempt(attempt, document.id, std::chrono::milliseconds(0));
    return true;
  }
  const auto pause = std::max(backoff_.next(), attempt.retry_after.value_or(std::chrono::milliseconds(0)));
  told_.attempt(attempt, document.id, pause);
  wait_for(pause, hurry_.get_token());
  return false;
}

}  // namespace glusterfs_exporter::webhook
