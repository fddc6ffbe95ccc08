// Many viewers of an exporter's stream at once, and what they see of it.
//
//   viewers PORT [--address 127.0.0.1] [--viewers N] [--stuck N] [--seconds S] [--scrape-every-ms MS]
//
// `viewers` read all they get, `stuck` ones never read. All connect at the same moment, as browsers do when
// the exporter was started again. Once all have their first event, or an answer that is not 200, or ten
// seconds are over, what comes is timed for S seconds: the time from Feed::publish, which the stream tells in
// a comment, to the moment in which a viewer has the whole event; and that from a connection for /metrics to
// the last byte of the answer, on another thread. Prints one JSON object. It exits 1 when it can't do its
// work, not when the figures are bad.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr auto kConnectLimit = 10s;
constexpr int kStuckReceiveBytes = 4096;

struct Options {
  std::string address = "127.0.0.1";
  int port = 0;
  int viewers = 1000;
  int stuck = 0;
  int seconds = 20;
  int scrape_every_ms = 100;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "viewers: %s\n", why.c_str());
  std::exit(1);
}

int to_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
    give_up("a whole number is expected, not '" + std::string(text) + "'");
  }
  return value;
}

Options read_options(const std::vector<std::string>& words) {
  Options options;
  if (words.empty()) {
    give_up(
        "usage: viewers PORT [--address A] [--viewers N] [--stuck N] [--seconds S] [--scrape-every-ms MS]");
  }
  options.port = to_int(words[0]);
  for (std::size_t i = 1; i < words.size(); i += 2) {
    if (i + 1 == words.size()) {
      give_up(words[i] + " needs a value");
    }
    const auto& value = words[i + 1];
    if (words[i] == "--address") {
      options.address = value;
    } else if (words[i] == "--viewers") {
      options.viewers = to_int(value);
    } else if (words[i] == "--stuck") {
      options.stuck = to_int(value);
    } else if (words[i] == "--seconds") {
      options.seconds = to_int(value);
    } else if (words[i] == "--scrape-every-ms") {
      options.scrape_every_ms = to_int(value);
    } else {
      give_up("unknown option " + words[i]);
    }
  }
  return options;
}

sockaddr_in address_of(const Options& options) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  if (::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1) {
    give_up("'" + options.address + "' is no IPv4 address");
  }
  return address;
}

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// A connection and the parts of its answer: head, chunks, events.
struct Viewer {
  int socket = -1;
  bool stuck = false;
  bool sent = false;
  int status = 0;
  bool retry_after = false;
  bool closed = false;
  std::string bytes;  // of the answer, without what was read of it
  std::string event;  // the chunks' contents, up to the end of an event
  std::set<std::string> kinds;
  std::string last_id;
};

class Crowd {
 public:
  explicit Crowd(const Options& options) : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    const auto address = address_of(options);
    const int all = options.viewers + options.stuck;
    for (int i = 0; i < all; ++i) {
      auto viewer = std::make_unique<Viewer>();
      // Spread among the others.
      viewer->stuck = (i + 1) * options.stuck / all != i * options.stuck / all;
      viewer->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (viewer->socket < 0) {
        give_up("no more sockets: see ulimit -n");
      }
      if (viewer->stuck) {
        ::setsockopt(viewer->socket, SOL_SOCKET, SO_RCVBUF, &kStuckReceiveBytes, sizeof(kStuckReceiveBytes));
      }
      if (::connect(viewer->socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
          errno != EINPROGRESS) {
        give_up("cannot connect to " + options.address);
      }
      epoll_event wish{};
      wish.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
      wish.data.ptr = viewer.get();
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, viewer->socket, &wish);
      viewers_.push_back(std::move(viewer));
    }
  }

  ~Crowd() {
    for (const auto& viewer : viewers_) {
      ::close(viewer->socket);
    }
    ::close(epoll_);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  Crowd(Crowd&&) = delete;
  Crowd& operator=(Crowd&&) = delete;

  /// Until everybody has an event or an answer that is none; how long that took.
  double gather() {
    const auto begin = Clock::now();
    while (Clock::now() - begin < kConnectLimit && !everybody_is_in()) {
      turn();
    }
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

  void watch(std::chrono::seconds time) {
    timed_ = true;
    for (const auto end = Clock::now() + time; Clock::now() < end;) {
      turn();
    }
  }

  [[nodiscard]] json report() const;

 private:
  [[nodiscard]] bool everybody_is_in() const {
    return std::ranges::all_of(viewers_, [](const auto& viewer) {
      return viewer->stuck ? viewer->sent
                           : viewer->closed || !viewer->last_id.empty() ||
                                 (viewer->status != 0 && viewer->status != 200);
    });
  }

  void turn() {
    std::array<epoll_event, 1024> events;
    // Not woken by each one: the crowd takes its processor time from whom it measures, as browsers do not.
    std::this_thread::sleep_for(1ms);
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < count; ++i) {
      serve(*static_cast<Viewer*>(events[static_cast<std::size_t>(i)].data.ptr),
            events[static_cast<std::size_t>(i)].events);
    }
  }

  void serve(Viewer& viewer, std::uint32_t what) {
    if (!viewer.sent && (what & EPOLLOUT) != 0) {
      const std::string request = "GET /api/v1/stream HTTP/1.1\r\nHost: viewers\r\n\r\n";
      viewer.sent = ::send(viewer.socket, request.data(), request.size(), MSG_NOSIGNAL) > 0;
    }
    if (viewer.stuck) {
      viewer.closed = viewer.closed || (what & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0;
      return;
    }
    std::array<char, 65536> part;
    while (!viewer.closed && (what & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
      const auto size = ::recv(viewer.socket, part.data(), part.size(), 0);
      if (size < 0 && errno == EAGAIN) {
        break;
      }
      viewer.closed = size <= 0;
      if (size > 0) {
        bytes_ += static_cast<std::uint64_t>(size);
        viewer.bytes.append(part.data(), static_cast<std::size_t>(size));
      }
      if (size < static_cast<ssize_t>(part.size()) && (what & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) == 0) {
        break;  // that was all; what comes next is another event
      }
    }
    read_answer(viewer);
  }

  void read_answer(Viewer& viewer) {
    if (viewer.status == 0) {
      const auto end = viewer.bytes.find("\r\n\r\n");
      if (end == std::string::npos) {
        return;
      }
      viewer.status = to_int(viewer.bytes.substr(9, 3));
      viewer.retry_after = viewer.bytes.substr(0, end).find("\r\nRetry-After: ") != std::string::npos;
      viewer.bytes.erase(0, end + 4);
    }
    if (viewer.status != 200) {
      return;
    }
    std::size_t at = 0;
    while (true) {
      const auto line = viewer.bytes.find("\r\n", at);
      if (line == std::string::npos) {
        break;
      }
      std::size_t size = 0;
      std::from_chars(viewer.bytes.data() + at, viewer.bytes.data() + line, size, 16);
      if (viewer.bytes.size() < line + 2 + size + 2) {
        break;
      }
      viewer.event.append(viewer.bytes, line + 2, size);
      at = line + 2 + size + 2;
    }
    viewer.bytes.erase(0, at);
    for (auto end = viewer.event.find("\n\n"); end != std::string::npos; end = viewer.event.find("\n\n")) {
      read_event(viewer, std::string_view(viewer.event).substr(0, end));
      viewer.event.erase(0, end + 2);
    }
  }

  // ": 1700000000.000000\nid: …\nevent: change\ndata: …"
  void read_event(Viewer& viewer, std::string_view event) {
    if (event == ":") {
      return;
    }
    const double received = now_seconds();
    const auto field = [&event](std::string_view name) {
      const auto begin = event.find(name);
      if (begin == std::string_view::npos) {
        give_up("an event without '" + std::string(name) + "': " + std::string(event.substr(0, 200)));
      }
      const auto value = event.substr(begin + name.size());
      return value.substr(0, value.find('\n'));
    };
    const auto time = field(": ");
    double published = 0;
    std::from_chars(time.data(), time.data() + time.size(), published);
    viewer.last_id = field("\nid: ");
    const std::string kind(field("\nevent: "));
    ++kinds_[kind];
    if (timed_ && kind == "change") {
      latencies_ms_.push_back(1e3 * (received - published));
      change_bytes_ += event.size();
    }
  }

  const Options& options_;
  const int epoll_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  bool timed_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t change_bytes_ = 0;
  std::map<std::string, int> kinds_;
  std::vector<double> latencies_ms_;
};

json figures(std::vector<double> values) {
  if (values.empty()) {
    return {{"count", 0}};
  }
  std::ranges::sort(values);
  const auto quantile = [&values](double q) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    return std::round(1e3 * values[std::max<std::size_t>(rank, 1) - 1]) / 1e3;
  };
  return {{"count", values.size()},
          {"p50", quantile(0.5)},
          {"p95", quantile(0.95)},
          {"p99", quantile(0.99)},
          {"max", quantile(1)}};
}

json Crowd::report() const {
  int watching = 0;
  int stuck_open = 0;
  int refused = 0;
  int refused_without_retry_after = 0;
  int ended = 0;
  std::map<std::string, int> statuses;  // 0: no answer
  std::set<std::string> last_ids;
  for (const auto& viewer : viewers_) {
    if (!viewer->stuck) {
      ++statuses[std::to_string(viewer->status)];
    }
    if (viewer->stuck) {
      stuck_open += viewer->closed ? 0 : 1;
    } else if (viewer->status == 503) {
      ++refused;
      refused_without_retry_after += viewer->retry_after ? 0 : 1;
    } else if (viewer->status == 200 && !viewer->closed) {
      ++watching;
      last_ids.insert(viewer->last_id);
    } else {
      ++ended;
    }
  }
  return {{"watching", watching},
          {"refused", refused},
          {"refused_without_retry_after", refused_without_retry_after},
          {"ended", ended},
          {"statuses", statuses},
          {"stuck_open", stuck_open},
          {"states", kinds_.contains("state") ? kinds_.at("state") : 0},
          {"changes", kinds_.contains("change") ? kinds_.at("change") : 0},
          {"last_ids", last_ids.size()},
          {"bytes", bytes_},
          {"mean_change_bytes", latencies_ms_.empty() ? 0 : change_bytes_ / latencies_ms_.size()},
          {"latency_ms", figures(latencies_ms_)}};
}

/// Connects, asks for /metrics and reads to the end, as a scraper does; what each time took.
class Scraper {
 public:
  explicit Scraper(const Options& options) : options_(options) {}

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto next = Clock::now() + std::chrono::milliseconds(options_.scrape_every_ms);
      scrape();
      std::this_thread::sleep_until(next);
    }
  }
  void begin_timing() { timed_ = true; }
  [[nodiscard]] json report() const {
    return {{"ms", figures(times_ms_)}, {"while_connecting_ms", figures(early_ms_)}, {"failures", failures_}};
  }

 private:
  void scrape() {
    const auto address = address_of(options_);
    const auto begin = Clock::now();
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: viewers\r\nConnection: close\r\n\r\n";
    std::string answer;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
        ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      std::array<char, 65536> part;
      for (ssize_t size = 1; (size = ::recv(socket, part.data(), part.size(), 0)) > 0;) {
        answer.append(part.data(), static_cast<std::size_t>(size));
      }
    }
    ::close(socket);
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    if (answer.starts_with("HTTP/1.1 200")) {
      (timed_ ? times_ms_ : early_ms_).push_back(ms);
    } else {
      ++failures_;
    }
  }

  const Options& options_;
  std::atomic<bool> timed_ = false;
  std::vector<double> early_ms_;
  std::vector<double> times_ms_;
  int failures_ = 0;
};

void allow_many_sockets() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options({argv + 1, argv + argc});
  allow_many_sockets();
  Scraper scraper(options);
  std::jthread scraping([&scraper](const std::stop_token& stop) { scraper.run(stop); });
  Crowd crowd(options);
  const double gathering = crowd.gather();
  scraper.begin_timing();
  crowd.watch(std::chrono::seconds(options.seconds));
  scraping.request_stop();
  scraping.join();
  auto report = crowd.report();
  report["seconds_to_gather"] = gathering;
  report["metrics"] = scraper.report();
  std::printf("%s\n", report.dump(2).c_str());
  return 0;
}
