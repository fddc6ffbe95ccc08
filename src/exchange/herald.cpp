#include "exchange/herald.hpp"

#include <utility>

#include "exchange/neighbours.hpp"

namespace glusterfs_exporter::exchange {

namespace {

/// What runs on the node and what does not, in a form to compare.
std::string outline_of(const model::NodeReport& report) {
  std::string outline(1, report.up ? '+' : '-');
  for (const auto& [volume, brick] : report.bricks) {
    outline.append(volume).append(1, '\0').append(brick.id.path).append(1, '\0');
    outline += !brick.online ? '?' : *brick.online ? '+' : '-';
  }
  for (const auto& daemon : report.daemons) {
    outline += static_cast<char>('0' + static_cast<int>(daemon.kind));
    outline += daemon.online ? '+' : '-';
  }
  return outline;
}

}  // namespace

void Herald::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Herald::stop() {
  thread_ = {};
}

void Herald::take(const model::NodeReport& own, std::vector<std::string> hosts) {
  auto outline = outline_of(own);
  const bool is_news = !told_.empty() && outline != told_;
  told_ = std::move(outline);
  if (is_news) {
    const std::scoped_lock lock(mutex_);
    hosts_ = std::move(hosts);
    woken_.notify_one();
  }
}

void Herald::run(const std::stop_token& stop) {
  Fetcher fetcher(stop, credentials_);
  std::unique_lock lock(mutex_);
  while (woken_.wait(lock, stop, [this] { return !hosts_.empty(); })) {
    const auto hosts = std::exchange(hosts_, {});
    lock.unlock();
    std::vector<std::string> urls;
    for (const auto& host : hosts) {
      if (auto url = exporter_url(host, port_, "/api/v1/news", credentials_.tls())) {
        urls.push_back(*std::move(url));
      }
    }
    static_cast<void>(fetcher.fetch(urls, timeout_));
    lock.lock();
  }
}

}  // namespace glusterfs_exporter::exchange
