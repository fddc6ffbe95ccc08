// Serves one large page of metrics twice: through the exporter's own server, as src/app.cpp does, and from
// memory in the simplest way there is, which is the yardstick. tests/bench/scrapes.py scrapes both.
//
// usage: page_server SERIES
//
// Makes a page of about that many series and prints a line of JSON: how large it became, and on which ports
// of 127.0.0.1 it is served. Ends when its standard input does.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "common/latest.hpp"
#include "common/unique_fd.hpp"
#include "metrics/renderer.hpp"
#include "series.hpp"
#include "synthetic.hpp"
#include "web/routes.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter {
namespace {

constexpr int kBricks = 12;         // of each volume
constexpr unsigned kViewers = 200;  // as the exporter is unless it is told otherwise

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

std::shared_ptr<const model::Snapshot> cluster(int volumes) {
  return std::make_shared<const model::Snapshot>(bench::cluster(volumes, kBricks));
}

/// As many volumes as make about so many series, going by one of them.
int volumes_for(double series) {
  const auto of = [](int volumes) {
    return static_cast<double>(bench::count_series(metrics::Renderer({}).render(cluster(volumes), {}, {})));
  };
  const auto of_one_more = of(2) - of(1);
  return std::max(1, static_cast<int>(std::lround(series / of_one_more)));
}

/// Answers whatever it is asked with the same bytes, compressed for those who take that.
class FromMemory {
 public:
  FromMemory(const std::string& plain, const std::string& gzip)
      : plain_{head("", plain), plain},
        gzip_{head("Content-Encoding: gzip\r\n", gzip), gzip},
        listener_(must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    must(bind(listener_.get(), any, length));
    must(getsockname(listener_.get(), any, &length));
    must(listen(listener_.get(), SOMAXCONN));
    port_ = ntohs(address.sin_port);
    std::thread([this] { take_connections(); }).detach();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Answer {
    std::string head;  ///< without the empty line that ends it
    const std::string& body;
  };

  static int must(int result) {
    return result >= 0 ? result : throw std::system_error(errno, std::generic_category());
  }

  static std::string head(std::string_view more, const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n" +
           std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }

  void take_connections() {
    while (true) {
      const int connection = must(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      const int on = 1;
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      std::thread([this, connection] { serve(UniqueFd(connection)); }).detach();
    }
  }

  static bool send_all(int to, std::string_view bytes, int flags) {
    while (!bytes.empty()) {
      const auto sent = send(to, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// One request after the other; none has a body.
  void serve(const UniqueFd& connection) const {
    std::string asked;
    std::array<char, 4096> buffer{};
    while (true) {
      const auto end = asked.find("\r\n\r\n");
      if (end == std::string::npos) {
        const auto got = recv(connection.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0) {
          return;
        }
        asked.append(buffer.data(), static_cast<std::size_t>(got));
        continue;
      }
      const auto request = std::string_view(asked).substr(0, end);
      const auto& answer = request.contains("gzip") ? gzip_ : plain_;
      const bool last = request.contains("Connection: close");
      const auto head = answer.head + (last ? "Connection: close\r\n\r\n" : "\r\n");
      if (!send_all(connection.get(), head, MSG_MORE) || !send_all(connection.get(), answer.body, 0) ||
          last) {
        return;
      }
      asked.erase(0, end + 4);
    }
  }

  Answer plain_, gzip_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
};

/// As App::start makes it, with nothing behind it but the page.
std::unique_ptr<web::Server> serve(const Latest<metrics::Page>& page) {
  web::ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.logger =
      std::make_shared<spdlog::logger>("page_server", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  options.max_streams = kViewers;
  const web::Sources sources{.page = [&page] { return page.get(); },
                             .not_ready = [] { return std::vector<std::string>(); },
                             .ending = [] { return false; },
                             .collectors = [] { return std::vector<web::CollectorRow>(); },
                             .node_document = [] { return std::shared_ptr<const std::string>(); },
                             .news = [] {},
                             .service_discovery = [] { return std::optional<std::string>(); }};
  auto server = web::Server::start(std::move(options), web::make_router("/metrics", sources));
  return server ? *std::move(server) : throw std::runtime_error(server.error());
}

void run(double wanted) {
  const auto snapshot = cluster(volumes_for(wanted));
  metrics::Renderer renderer({});
  auto start = std::chrono::steady_clock::now();
  auto plain = renderer.render(snapshot, {}, {});
  const auto rendered = milliseconds_since(start);
  start = std::chrono::steady_clock::now();
  const auto page = std::make_shared<const metrics::Page>(metrics::compressed(std::move(plain)));
  const auto compressed = milliseconds_since(start);

  Latest<metrics::Page> latest;
  latest.set(page);
  const auto server = serve(latest);
  const auto text = page->text->joined();
  const FromMemory memory(text, *page->text_gzip);
  std::cout << nlohmann::json{{"series", bench::count_series(*page)},
                              {"bytes", text.size()},
                              {"gzip_bytes", page->text_gzip->size()},
                              {"render_ms", rendered},
                              {"compress_ms", compressed},
                              {"exporter", server->port()},
                              {"memory", memory.port()}}
            << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  std::_Exit(EXIT_SUCCESS);  // the yardstick's threads never end
}

}  // namespace
}  // namespace glusterfs_exporter

int main(int argc, char** argv) {
  try {
    if (argc != 2) {
      throw std::invalid_argument("usage: page_server SERIES");
    }
    glusterfs_exporter::run(std::stod(argv[1]));
  } catch (const std::exception& error) {
    std::cerr << "page_server: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
