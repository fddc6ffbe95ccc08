#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/gzip.hpp"
#include "exchange/fetch.hpp"
#include "support/raw_server.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter::exchange {
namespace {

using namespace std::chrono_literals;
using test::RawConnection;
using test::RawServer;
using Clock = std::chrono::steady_clock;
using Results = std::vector<Result<std::string>>;

/// Longer than any answer takes on a busy machine.
constexpr auto kLong = 30s;

Result<std::string> fetch(const std::string& url, std::chrono::milliseconds timeout = kLong) {
  Fetcher fetcher{std::stop_token()};
  auto results = fetcher.fetch(std::vector{url}, timeout);
  EXPECT_EQ(results.size(), 1);
  return std::move(results.front());
}

void expect_error(const Result<std::string>& result, ErrorKind kind, const std::string& context) {
  ASSERT_FALSE(result) << *result;
  EXPECT_EQ(to_string(result.error().kind), to_string(kind));
  EXPECT_EQ(result.error().context, context);
}

/// A server that reads the request and sends `answer`, then closes.
RawServer answering(std::string answer) {
  return RawServer([answer = std::move(answer)](RawConnection& connection) {
    connection.read_request();
    connection.send(answer);
  });
}

/// A port that nobody listens on.
std::uint16_t closed_port() {
  return RawServer([](RawConnection&) {}).port();
}

std::string url(std::uint16_t port, std::string_view path = "/") {
  return fmt::format("http://127.0.0.1:{}{}", port, path);
}

TEST(Fetch, GetsTheBodyAndAsksForJsonOnly) {
  std::promise<std::string> asked;
  RawServer server([&asked](RawConnection& connection) {
    asked.set_value(connection.read_request());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
  });
  const auto result = fetch(url(server.port(), "/api/v1/node"));
  ASSERT_TRUE(result) << result.error().context;
  EXPECT_EQ(*result, "body");
  const auto request = asked.get_future().get();
  EXPECT_THAT(request, testing::StartsWith(fmt::format("GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n",
                                                       server.port())));
  EXPECT_THAT(request, testing::HasSubstr("\r\nAccept: application/json\r\n"));
  EXPECT_THAT(request, testing::HasSubstr("\r\nAccept-Encoding: gzip\r\n"));
  EXPECT_THAT(request, testing::HasSubstr("\r\nUser-Agent: glusterfs_exporter/"));
}

TEST(Fetch, UnpacksGzip) {
  const std::string text(100'000, 'x');
  const auto packed = gzip(text);
  auto server = answering(fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{}", packed.size(), packed));
  EXPECT_EQ(fetch(url(server.port())).value_or("none"), text);
}

TEST(Fetch, RefusesGzipThatUnpacksToTooMuch) {
  const auto packed = gzip(std::string(kMaxAnswerBytes + 1, 'x'));
  ASSERT_LT(packed.size(), 100'000);
  auto server = answering(fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{}", packed.size(), packed));
  expect_error(fetch(url(server.port())), ErrorKind::oversize,
               url(server.port()) + ": the answer is too large");
}

TEST(Fetch, RefusesGzipThatIsNone) {
  auto server = answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody");
  const auto result = fetch(url(server.port()));
  ASSERT_FALSE(result);
  EXPECT_EQ(to_string(result.error().kind), "parse") << result.error().context;
}

TEST(Fetch, TakesTheMostThatIsAllowed) {
  auto server = answering(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kMaxAnswerBytes,
                                      std::string(kMaxAnswerBytes, 'x')));
  const auto result = fetch(url(server.port()));
  ASSERT_TRUE(result) << result.error().context;
  EXPECT_EQ(result->size(), kMaxAnswerBytes);
}

TEST(Fetch, TellsRefusedFromSilent) {
  const auto refusing = closed_port();
  expect_error(fetch(url(refusing)), ErrorKind::connect,
               url(refusing) + ": cannot connect: Connection refused");

  RawServer silent([](RawConnection& connection) { connection.wait_until_closed(); });
  expect_error(fetch(url(silent.port()), 50ms), ErrorKind::timeout,
               url(silent.port()) + ": no complete answer within 50 ms");
}

TEST(Fetch, TimesOutInTheMiddleOfAnAnswer) {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody");
    connection.wait_until_closed();
  });
  expect_error(fetch(url(server.port()), 200ms), ErrorKind::timeout,
               url(server.port()) + ": no complete answer within 200 ms");
}

TEST(Fetch, GivesEvenNoTimeOneMillisecond) {
  RawServer silent([](RawConnection& connection) { connection.wait_until_closed(); });
  for (const auto timeout : {0ms, -5ms}) {
    expect_error(fetch(url(silent.port()), timeout), ErrorKind::timeout,
                 url(silent.port()) + ": no complete answer within 1 ms");
  }
}

TEST(Fetch, SaysThatTheConnectionBroke) {
  auto cut = answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody");
  expect_error(fetch(url(cut.port())), ErrorKind::connect, url(cut.port()) + ": broken off");
  auto cut_chunk = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nbody");
  expect_error(fetch(url(cut_chunk.port())), ErrorKind::connect, url(cut_chunk.port()) + ": broken off");
  auto nothing = answering("");
  expect_error(fetch(url(nothing.port())), ErrorKind::connect,
               url(nothing.port()) + ": closed without an answer");
}

TEST(Fetch, TakesNoStatusBut200) {
  for (const auto* status :
       {"503 Service Unavailable", "404 Not Found", "204 No Content", "304 Not Modified"}) {
    auto server = answering(fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n", status));
    expect_error(fetch(url(server.port())), ErrorKind::exit,
                 fmt::format("{}: status {:.3}", url(server.port()), status));
  }
  auto large = answering("HTTP/1.1 500 Oh\r\nContent-Length: 2147483648\r\n\r\nx");
  expect_error(fetch(url(large.port())), ErrorKind::exit, url(large.port()) + ": status 500");
}

TEST(Fetch, FollowsNoRedirect) {
  auto target = answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
  auto server = answering(
      fmt::format("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", url(target.port())));
  expect_error(fetch(url(server.port())), ErrorKind::exit, url(server.port()) + ": status 302");
  EXPECT_EQ(target.connections(), 0);
}

TEST(Fetch, RefusesTooMuch) {
  auto claims = answering("HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\nx");
  RawServer endless([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(65536, 'x'))) {
    }
  });
  RawServer headers([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  for (const auto* server : {&claims, &endless, &headers}) {
    expect_error(fetch(url(server->port())), ErrorKind::oversize,
                 url(server->port()) + ": the answer is too large");
  }
}

TEST(Fetch, RefusesWhatIsNotHttp) {
  for (const auto* answer : {"nonsense\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200 OK\r\n\r\n"}) {
    auto server = answering(answer);
    const auto result = fetch(url(server.port()));
    ASSERT_FALSE(result) << *result;
    EXPECT_EQ(to_string(result.error().kind), "parse") << result.error().context;
  }
}

TEST(Fetch, TakesNoOtherUrl) {
  const std::vector<std::string> urls{
      "file:///etc/passwd", "ftp://127.0.0.1/",        "telnet://127.0.0.1:22", "", "http://",
      "http://a b/",        "http://127.0.0.1:99999/", "http://\xff\"/"};
  Fetcher fetcher{std::stop_token()};
  const auto results = fetcher.fetch(urls, kLong);
  ASSERT_EQ(results.size(), urls.size());
  for (const auto& result : results) {
    ASSERT_FALSE(result) << *result;
    EXPECT_EQ(to_string(result.error().kind), "connect") << result.error().context;
  }
  EXPECT_EQ(results[0].error().context, "file:///etc/passwd: Unsupported protocol");
}

TEST(Fetch, SaysThatANameIsUnknown) {
  const auto result = fetch("http://no-such-host.invalid:9713/");
  ASSERT_FALSE(result);
  EXPECT_EQ(to_string(result.error().kind), "connect") << result.error().context;
}

TEST(Fetch, UsesNoProxy) {
  auto server = answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
  const auto proxy = url(closed_port());
  for (const auto* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    ASSERT_EQ(::setenv(name, proxy.c_str(), 1), 0);
  }
  const auto result = fetch(url(server.port()));
  for (const auto* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    ::unsetenv(name);
  }
  EXPECT_EQ(result.value_or("none"), "body");
}

TEST(Fetch, AsksAllAtOnceAndKeepsTheOrder) {
  // Each answer waits for the last request, so one after the other would never end.
  constexpr std::size_t kServers = 20;
  std::atomic<std::size_t> asked = 0;
  std::vector<std::unique_ptr<RawServer>> servers;
  std::vector<std::string> urls;
  for (std::size_t i = 0; i < kServers; ++i) {
    servers.push_back(std::make_unique<RawServer>([&asked, i](RawConnection& connection) {
      connection.read_request();
      ++asked;
      asked.notify_all();
      for (auto now = asked.load(); now < kServers; now = asked.load()) {
        asked.wait(now);
      }
      connection.send(fmt::format("HTTP/1.0 200 OK\r\n\r\n{}", i));
    }));
    urls.push_back(url(servers.back()->port()));
  }
  Fetcher fetcher{std::stop_token()};
  const auto results = fetcher.fetch(urls, kLong);
  ASSERT_EQ(results.size(), kServers);
  for (std::size_t i = 0; i < kServers; ++i) {
    EXPECT_EQ(results[i].value_or("none"), std::to_string(i));
  }
  asked = kServers;  // should one not have been asked: lets the others end
  asked.notify_all();
}

TEST(Fetch, AsksForMoreThanItDoesAtOnce) {
  std::atomic<int> open = 0;
  std::atomic<int> most = 0;
  RawServer server([&](RawConnection& connection) {
    const auto request = connection.read_request();
    most = std::max(most.load(), ++open);
    std::this_thread::sleep_for(5ms);  // so that many are open at a time
    --open;
    const auto path = request.substr(4, request.find(' ', 4) - 4);
    connection.send("HTTP/1.0 200 OK\r\n\r\n" + path);
  });
  std::vector<std::string> urls;
  for (int i = 0; i < 200; ++i) {
    urls.push_back(url(server.port(), fmt::format("/{}", i)));
  }
  Fetcher fetcher{std::stop_token()};
  const auto results = fetcher.fetch(urls, kLong);
  ASSERT_EQ(results.size(), 200);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(results[static_cast<std::size_t>(i)].value_or("none"), fmt::format("/{}", i));
  }
  EXPECT_LE(most, 64);
}

TEST(Fetch, KeepsGoodAnswersBesideBadOnes) {
  auto good = answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
  RawServer silent([](RawConnection& connection) { connection.wait_until_closed(); });
  const std::vector<std::string> urls{url(silent.port()), url(good.port()), url(closed_port())};
  Fetcher fetcher{std::stop_token()};
  const auto results = fetcher.fetch(urls, 1s);
  ASSERT_EQ(results.size(), 3);
  EXPECT_EQ(to_string(results[0].error().kind), "timeout");
  EXPECT_EQ(results[1].value_or("none"), "body");
  EXPECT_EQ(to_string(results[2].error().kind), "connect");
  EXPECT_TRUE(fetcher.fetch({}, 1s).empty());
}

TEST(Fetch, BoundsAllAnswersOfACall) {
  auto server = answering(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kMaxAnswerBytes,
                                      std::string(kMaxAnswerBytes, 'x')));
  const std::vector<std::string> urls(kMaxAnswersBytes / kMaxAnswerBytes + 1, url(server.port()));
  Fetcher fetcher{std::stop_token()};
  for (int call = 0; call < 2; ++call) {
    const auto results = fetcher.fetch(urls, kLong);
    std::size_t bytes = 0;
    for (const auto& result : results) {
      bytes += result ? result->size() : 0;
    }
    EXPECT_EQ(bytes, kMaxAnswersBytes) << "one fails, the others have the room that it took";
    EXPECT_EQ(std::ranges::count_if(
                  results,
                  [](const auto& result) { return !result && result.error().kind == ErrorKind::oversize; }),
              1);
  }
}

TEST(Fetch, HoldsNoConnectionBetweenCalls) {
  RawServer server([](RawConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
    }
  });
  Fetcher fetcher{std::stop_token()};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fetcher.fetch(std::vector{url(server.port())}, kLong).at(0).value_or("none"), "body");
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST(Fetch, AsksAgainWhereAKeptConnectionWasClosed) {
  auto server = answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");  // says nothing of closing
  Fetcher fetcher{std::stop_token()};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fetcher.fetch(std::vector{url(server.port())}, kLong).at(0).value_or("none"), "body");
  }
}

TEST(Fetch, StopsAtOnce) {
  std::promise<void> connected;
  RawServer silent([&connected](RawConnection& connection) {
    connection.read_request();
    connected.set_value();
    connection.wait_until_closed();
  });
  std::stop_source stop;
  Fetcher fetcher(stop.get_token());
  auto results =
      std::async(std::launch::async, [&] { return fetcher.fetch(std::vector{url(silent.port())}, 600s); });
  connected.get_future().wait();
  std::this_thread::sleep_for(
      500ms);  // until libcurl's own timers, which nothing shows, wake nobody any more
  const auto before = Clock::now();
  stop.request_stop();
  expect_error(results.get().at(0), ErrorKind::cancelled, url(silent.port()) + ": this program is ending");
  EXPECT_LT(Clock::now() - before, 3s) << "not when polling ends";

  expect_error(fetcher.fetch(std::vector{url(silent.port(), "/later")}, 600s).at(0), ErrorKind::cancelled,
               url(silent.port(), "/later") + ": this program is ending");
  EXPECT_EQ(silent.connections(), 1) << "nobody is asked any more";
}

TEST(Fetch, UnderstandsOurOwnServer) {
  web::Router router;
  router.get("/page", [](const web::Request& request) {
    return web::Response{.status = 200,
                         .content_type = "application/json",
                         .headers = {},
                         .body = std::make_shared<const std::string>(request.header("Accept"))};
  });
  web::ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.logger = std::make_shared<spdlog::logger>("test");
  const auto server = web::Server::start(std::move(options), std::move(router));
  ASSERT_TRUE(server) << server.error();
  Fetcher fetcher{std::stop_token()};
  const auto results =
      fetcher.fetch(std::vector{url((*server)->port(), "/page"), url((*server)->port(), "/nothing")}, kLong);
  EXPECT_EQ(results[0].value_or("none"), "application/json");
  EXPECT_EQ(results[1].error().context, url((*server)->port(), "/nothing") + ": status 404");
}

}  // namespace
}  // namespace glusterfs_exporter::exchange
