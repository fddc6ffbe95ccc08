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
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Sender::stop() {
  thread_ = {};  // requests the stop and joins
}

void Sender::run(const std::stop_token& stop) {
  Poster poster(target_, credentials_, stop);
  while (const auto document = queue_.wait_for_oldest(stop)) {
    deliver(*document, poster, stop);
  }
}

void Sender::deliver(const Queue::Document& document, Poster& poster, const std::stop_token& stop) {
  backoff_.reset();
  while (!stop.stop_requested()) {
    const auto attempt = poster.post(document.id, *document.body);
    if (attempt.result == Attempt::Result::stopped) {
      return;
    }
    if (attempt.result != Attempt::Result::failed) {
      queue_.finish(document.sequence);
      told_.attempt(attempt, document.id, std::chrono::milliseconds(0));
      return;
    }
    const auto pause = std::max(backoff_.next(), attempt.retry_after.value_or(std::chrono::milliseconds(0)));
    told_.attempt(attempt, document.id, pause);
    wait_for(pause, stop);
    if (!queue_.is_wanted(document.sequence)) {
      told_.dropped();
      return;
    }
  }
}

}  // namespace glusterfs_exporter::webhook
