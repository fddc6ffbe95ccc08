#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/web_client.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;
using test::Client;

constexpr std::string_view security_headers =
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";

std::string get(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
}

/// The first date replaced by "DATE", if it is one.
std::string without_date(std::string answer) {
  const auto start = answer.find("Date: ") + 6;
  tm date{};
  const auto* const end = ::strptime(answer.c_str() + start, "%a, %d %b %Y %H:%M:%S GMT\r\n", &date);
  if (start > 6 && end == answer.c_str() + start + 31) {
    answer.replace(start, 29, "DATE");
  }
  return answer;
}

std::string head(std::string_view status, std::string_view connection, std::string_view content_type,
                 std::size_t length, std::string_view more = "") {
  return fmt::format(
      "HTTP/1.1 {}\r\nDate: DATE\r\nConnection: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}{}\r\n",
      status, connection, content_type, length, security_headers, more);
}

std::string text_answer(std::string_view status, std::string_view connection, std::string_view body) {
  return head(status, connection, "text/plain; charset=utf-8", body.size()).append(body);
}

/// A server with a few routes, its log and what it counted.
class WebServer : public testing::Test {
 protected:
  WebServer() : page_(std::make_shared<const std::string>(make_page())) {}

  struct Limits {
    unsigned worker_threads = 8;
    std::chrono::milliseconds request_timeout = 20s;
    std::chrono::milliseconds keep_alive_timeout = 20s;
  };

  void start() { start(Limits()); }
  void start(const Limits& limits) {
    Router router;
    router.get("/hello", [](const Request&) { return text_response(200, "hello\n"); });
    router.get("/cached", [](const Request&) {
      return Response{.status = 200,
                      .content_type = "text/plain",
                      .headers = {{"cache-control", "no-cache"}},
                      .body = nullptr};
    });
    router.get("/page", [page = page_](const Request&) {
      return Response{.status = 200,
                      .content_type = "application/x-test",
                      .headers = {{"Vary", "Accept"}, {"Content-Encoding", "gzip"}},
                      .body = page};
    });
    router.get("/echo", [](const Request& request) {
      auto text =
          fmt::format("{} {} ?{} {}\n", request.method, request.path, request.query, request.remote_address);
      for (const auto& [name, value] : request.headers) {
        text += fmt::format("{}={}\n", name, value);
      }
      return text_response(200, std::move(text));
    });
    router.get("/empty", [](const Request&) {
      return Response{.status = 200, .content_type = "text/plain", .headers = {}, .body = nullptr};
    });
    router.post(
        "/post", [](const Request& request) { return text_response(200, request.body); }, 100);
    router.get("/throw", [](const Request&) -> Response { throw std::runtime_error("out of luck"); });
    router.get("/throw-int", [](const Request&) -> Response { throw 7; });
    auto started = Server::start({.listen_address = "127.0.0.1:0",
                                  .worker_threads = limits.worker_threads,
                                  .max_streams = 0,
                                  .request_timeout = limits.request_timeout,
                                  .keep_alive_timeout = limits.keep_alive_timeout,
                                  .logger = logger_,
                                  .on_request =
                                      [this](std::string_view route, int status) {
                                        const std::scoped_lock lock(mutex_);
                                        counted_.push_back(fmt::format("{} {}", route, status));
                                      }},
                                 std::move(router));
    ASSERT_TRUE(started) << started.error();
    server_ = std::move(*started);
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  /// One request on a connection of its own that the server is asked to close.
  [[nodiscard]] std::string answer_to(std::string_view request) const {
    Client client(port());
    client.send(request);
    return without_date(client.read_rest());
  }

  void expect_hello() const {
    EXPECT_EQ(answer_to("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              text_answer("200 OK", "close", "hello\n"));
  }

  /// Stops the server, so that all it does is done.
  std::vector<std::string> counted() {
    server_.reset();
    return counted_;
  }
  std::string log() {
    server_.reset();
    return log_.str();
  }

  static std::string make_page() {
    std::string page;
    page.resize(20'000'000);
    for (std::size_t i = 0; i < page.size(); ++i) {
      page[i] = static_cast<char>((i * 2654435761U) >> 24);
    }
    return page;
  }

  std::shared_ptr<const std::string> page_;

 private:
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_ = [this] {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log_);
    sink->set_pattern("%l %v");
    return std::make_shared<spdlog::logger>("test", std::move(sink));
  }();
  std::mutex mutex_;
  std::vector<std::string> counted_;

 protected:
  std::unique_ptr<Server> server_;  // the last: its threads use the others
};

TEST_F(WebServer, AnswersGetByteByByte) {
  start();
  Client client(port());
  client.send(get("/hello"));
  EXPECT_EQ(without_date(client.read_head()),
            "HTTP/1.1 200 OK\r\n"
            "Date: DATE\r\n"
            "Connection: keep-alive\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 6\r\n"
            "Cache-Control: no-store\r\n"
            "Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src "
            "'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'\r\n"
            "Referrer-Policy: no-referrer\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "X-Frame-Options: DENY\r\n"
            "\r\n");
  EXPECT_EQ(client.read_bytes(6), "hello\n");
}

TEST_F(WebServer, LeavesCacheControlToTheHandlerThatSetsIt) {
  start();
  Client client(port());
  client.send(get("/cached"));
  const auto answer = client.read_head();
  EXPECT_THAT(answer, testing::HasSubstr("\r\ncache-control: no-cache\r\n"));
  EXPECT_THAT(answer, testing::Not(testing::HasSubstr("no-store")));
}

TEST_F(WebServer, AnswersHeadWithoutBody) {
  start();
  EXPECT_EQ(answer_to("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            head("200 OK", "close", "text/plain; charset=utf-8", 6));
  EXPECT_EQ(answer_to("HEAD /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            head("200 OK", "close", "application/x-test", 20'000'000,
                 "Vary: Accept\r\nContent-Encoding: gzip\r\n"));
}

TEST_F(WebServer, SendsAnEmptyBody) {
  start();
  EXPECT_EQ(answer_to("GET /empty HTTP/1.1\r\nConnection: close\r\n\r\n"),
            head("200 OK", "close", "text/plain", 0));
}

TEST_F(WebServer, AnswersUnknownPathsAndMethods) {
  start();
  EXPECT_EQ(
      answer_to("GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n"),
      text_answer("404 Not Found", "close",
                  "404 not found. There is:\n  /cached\n  /echo\n  /empty\n  /hello\n  /page\n  /post\n  "
                  "/throw\n  /throw-int\n"));
  constexpr std::string_view refusal = "405 method not allowed. This path answers GET and HEAD.\n";
  EXPECT_EQ(answer_to("DELETE /hello HTTP/1.1\r\nConnection: close\r\n\r\n"),
            head("405 Method Not Allowed", "close", "text/plain; charset=utf-8", refusal.size(),
                 "Allow: GET, HEAD\r\n")
                .append(refusal));
}

TEST_F(WebServer, HandsTheRequestOver) {
  start();
  const auto answer = answer_to(
      "GET /%65cho?a=b%20c&d HTTP/1.1\r\nHost: h:1\r\nACCEPT: one\r\nAccept: two\r\nConnection: "
      "close\r\n\r\n");
  EXPECT_EQ(answer,
            text_answer("200 OK", "close",
                        "GET /echo ?a=b%20c&d 127.0.0.1\nACCEPT=one, two\nConnection=close\nHost=h:1\n"));
  EXPECT_EQ(
      answer_to(fmt::format("GET http://example.org:{}/hello HTTP/1.1\r\nConnection: close\r\n\r\n", port())),
      text_answer("200 OK", "close", "hello\n"));
}

TEST_F(WebServer, KeepsTheConnection) {
  start();
  Client client(port());
  for (int i = 0; i < 2; ++i) {
    client.send(get("/hello"));
    EXPECT_EQ(without_date(client.read_head()), head("200 OK", "keep-alive", "text/plain; charset=utf-8", 6));
    EXPECT_EQ(client.read_bytes(6), "hello\n");
  }
  // Both at once, as a client that doesn't wait for answers sends them.
  client.send(get("/hello") + get("/hello"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(without_date(client.read_head()), head("200 OK", "keep-alive", "text/plain; charset=utf-8", 6));
    EXPECT_EQ(client.read_bytes(6), "hello\n");
  }
}

TEST_F(WebServer, ClosesAnIdleConnection) {
  start({.keep_alive_timeout = 50ms});
  Client client(port());
  client.send(get("/hello"));
  EXPECT_EQ(without_date(client.read_rest()), text_answer("200 OK", "keep-alive", "hello\n"));
}

TEST_F(WebServer, KeepsTheConnectionAfterAnError) {
  start();
  Client client(port());
  client.send(get("/throw"));
  EXPECT_EQ(without_date(client.read_head()),
            head("500 Internal Server Error", "keep-alive", "text/plain; charset=utf-8", 39));
  EXPECT_EQ(client.read_bytes(39), "500 internal error. The log says more.\n");
  client.send(get("/hello"));
  EXPECT_EQ(without_date(client.read_head()), head("200 OK", "keep-alive", "text/plain; charset=utf-8", 6));
}

TEST_F(WebServer, ClosesTheConnectionWhenTheClientWantsThat) {
  start();
  EXPECT_EQ(answer_to("GET /hello HTTP/1.0\r\n\r\n"), text_answer("200 OK", "close", "hello\n"));
  Client client(port());
  client.send("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  EXPECT_EQ(without_date(client.read_head()), head("200 OK", "keep-alive", "text/plain; charset=utf-8", 6));
}

TEST_F(WebServer, ClosesTheConnectionAfterARequestWithABody) {
  start();
  const auto refused = answer_to("POST /hello HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody" + get("/hello"));
  EXPECT_THAT(refused,
              testing::StartsWith("HTTP/1.1 405 Method Not Allowed\r\nDate: DATE\r\nConnection: close\r\n"));
  EXPECT_THAT(refused,
              testing::EndsWith("\r\n\r\n405 method not allowed. This path answers GET and HEAD.\n"));
  // Of this body nothing ever comes.
  EXPECT_EQ(answer_to("GET /hello HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"),
            text_answer("200 OK", "close", "hello\n"));
  EXPECT_EQ(answer_to("GET /hello HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            text_answer("200 OK", "close", "hello\n"));
}

TEST_F(WebServer, SendsALargePageWholeToEightClientsAtOnce) {
  start({.worker_threads = 16});  // with workers left connections are kept
  std::atomic<int> whole = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([this, &whole] {
        Client client(port());
        client.send(get("/page"));
        const bool good_head =
            without_date(client.read_head()) == head("200 OK", "keep-alive", "application/x-test", 20'000'000,
                                                     "Vary: Accept\r\nContent-Encoding: gzip\r\n");
        if (good_head && client.read_bytes(page_->size()) == *page_) {
          ++whole;
        }
      });
    }
  }
  EXPECT_EQ(whole, 8);
}

TEST_F(WebServer, SurvivesAClientThatLeavesInTheMiddleOfAPage) {
  start({.worker_threads = 1});
  for (int i = 0; i < 3; ++i) {
    Client client(port());
    client.send(get("/page"));
    EXPECT_EQ(client.read_bytes(15), "HTTP/1.1 200 OK");
  }
  expect_hello();
}

TEST_F(WebServer, CutsOffAClientThatStopsReading) {
  start({.worker_threads = 1, .request_timeout = 200ms});
  const Client client(port());
  client.send(get("/page"));
  expect_hello();
}

TEST_F(WebServer, TurnsExceptionsIntoAnswersAndLogsThem) {
  start();
  constexpr std::string_view body = "500 internal error. The log says more.\n";
  EXPECT_EQ(answer_to("GET /throw HTTP/1.1\r\nConnection: close\r\n\r\n"),
            text_answer("500 Internal Server Error", "close", body));
  EXPECT_EQ(answer_to("GET /throw-int HTTP/1.1\r\nConnection: close\r\n\r\n"),
            text_answer("500 Internal Server Error", "close", body));
  expect_hello();
  EXPECT_EQ(log(),
            "error web server: the handler of /throw failed: out of luck\n"
            "error web server: the handler of /throw-int failed\n");
}

TEST_F(WebServer, ReportsEveryAnswer) {
  start();
  static_cast<void>(answer_to("GET /hello?x HTTP/1.1\r\nConnection: close\r\n\r\n"));
  static_cast<void>(answer_to("HEAD /hello HTTP/1.1\r\nConnection: close\r\n\r\n"));
  static_cast<void>(answer_to("POST /hello HTTP/1.1\r\nConnection: close\r\n\r\n"));
  static_cast<void>(answer_to("GET /hello/there HTTP/1.1\r\nConnection: close\r\n\r\n"));
  static_cast<void>(answer_to("GET /throw HTTP/1.1\r\nConnection: close\r\n\r\n"));
  static_cast<void>(answer_to("nonsense\r\n\r\n"));
  EXPECT_THAT(counted(), testing::UnorderedElementsAre("/hello 200", "/hello 200", "/hello 405", "other 404",
                                                       "/throw 500", "other 400"));
}

TEST_F(WebServer, RefusesWhatIsNoRequest) {
  start();
  EXPECT_EQ(answer_to("nonsense\r\n\r\n"), text_answer("400 Bad Request", "close", "400 Bad request\n"));
  EXPECT_EQ(answer_to("GET /hello HTTP/3.0\r\n\r\n"),
            text_answer("505 HTTP Version not supported", "close", "505 Bad HTTP version: [3.0]\n"));
  EXPECT_THAT(answer_to("GET hello HTTP/1.1\r\n\r\n"), testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(answer_to("OPTIONS * HTTP/1.1\r\n\r\n"), "") << "closed without an answer";
  expect_hello();
}

TEST_F(WebServer, RefusesHeadsOfWhichNotAllIsRead) {
  start();
  const auto hidden = get("/hello");
  for (const std::string_view lines : {
           "A: a\r\n folded\r\nContent-Length: 36\r\n\r\n",
           "A: a\r\n: no name\r\nContent-Length: 36\r\n\r\n",
           "A: a\r\n\x80: a\r\nContent-Length: 36\r\n\r\n",
           " A: a\r\nContent-Length: 36\r\n\r\n",
           "Content-Length : 36\r\nA: a\r\n\r\n",
           "A: a\nContent-Length: 36\r\n\r\n",
           "A: a\r\nContent-Length: 36\n\n",
           "A: a\r\nB: b\n\nContent-Length: 36\r\n\r\n",
       }) {
    const auto answer = answer_to(fmt::format("GET /hello HTTP/1.1\r\n{}{}", lines, hidden));
    EXPECT_EQ(answer,
              text_answer("400 Bad Request", "close",
                          "400 a header is not \"Name: value\" on a line of its own that ends with CR LF.\n"))
        << lines;
  }
  // Nothing is kept of it, and so of the rest nothing is answered.
  EXPECT_EQ(answer_to("GET /hello HTTP/1.1\r\n\x80: a\r\nContent-Length: 36\r\n\r\n" + hidden),
            text_answer("200 OK", "close", "hello\n"));
  EXPECT_EQ(answer_to("GET /hello HTTP/1.1\r\nA:a\r\nB:   b\r\nC:\r\nConnection: close\r\n\r\n"),
            text_answer("200 OK", "close", "hello\n"));
}

TEST_F(WebServer, RefusesManyHeaders) {
  start();
  std::string request = "GET /hello HTTP/1.1\r\n";
  for (int i = 0; i < 64; ++i) {
    request += fmt::format("X-{}: y\r\n", i);
  }
  EXPECT_EQ(answer_to(request + "\r\n"),
            text_answer("431 Request Header Fields Too Large", "close", "431 too many headers\n"));
}

TEST_F(WebServer, ServesOthersWhileSomeMisbehave) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<Client>(port()));
    ASSERT_TRUE(clients.back()->connected());
  }
  clients[0]->send("GET /hello HTTP/1.1\r\nX-Large: " + std::string(65536, 'x') + "\r\n\r\n");
  clients[1]->send(std::string(4096, '\0') + "\r\n\r\n");
  clients[2]->send("GET /hello HT");
  clients[3]->send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");  // and never reads the answer
  for (int i = 0; i < 20; ++i) {                              // clients[4] says nothing at all
    expect_hello();
  }
}

TEST_F(WebServer, CutsOffWhoSendsNoRequestWhileOthersWait) {
  start({.worker_threads = 2});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<Client>(port()));
    clients.back()->send(i % 2 == 0 ? "GET /hello HTTP/1.1\r\nX-Slow" : "");
  }
  expect_hello();
  EXPECT_THAT(clients[0]->read_rest(), testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(clients[1]->read_rest(), "");
}

TEST_F(WebServer, CutsOffBodiesThatDoNotComeWhileOthersWait) {
  start({.worker_threads = 2});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<Client>(port()));
    clients.back()->send("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\npart");
  }
  expect_hello();
  // One of them, which is enough; either may have been the first to wait.
  const auto cut_off =
      std::ranges::find_if(clients, &Client::has_answer, &std::unique_ptr<Client>::operator*);
  ASSERT_NE(cut_off, clients.end());
  EXPECT_THAT((*cut_off)->read_rest(), testing::HasSubstr("400 the body ended before its Content-Length."));
}

TEST_F(WebServer, LeavesWhoSendsNoRequestAloneWhileThereAreWorkers) {
  start({.worker_threads = 8});
  Client slow(port());
  slow.send("GET /hello HTTP/1.1\r\nHost");
  std::this_thread::sleep_for(1s);  // for longer than it would have among many
  slow.send(": a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(without_date(slow.read_rest()), text_answer("200 OK", "close", "hello\n"));
}

TEST_F(WebServer, KeepsNoConnectionWhileOthersWait) {
  start({.worker_threads = 2});
  Client first(port());
  first.send(get("/hello"));
  EXPECT_EQ(without_date(first.read_head()), head("200 OK", "keep-alive", "text/plain; charset=utf-8", 6));
  Client second(port());
  second.send(get("/hello"));
  EXPECT_EQ(without_date(second.read_rest()), text_answer("200 OK", "close", "hello\n"));
}

TEST_F(WebServer, StopsWithIdleAndHalfOpenConnections) {
  start({.keep_alive_timeout = 500ms});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(port()));
    clients.back()->send(get("/hello"));
    EXPECT_EQ(without_date(clients.back()->read_head()),
              head("200 OK", "keep-alive", "text/plain; charset=utf-8", 6));
  }
  clients.push_back(std::make_unique<Client>(port()));
  clients.back()->send("GET /hello HT");
  std::this_thread::sleep_for(100ms);  // until a worker has taken the last one, which nothing shows
  const auto before = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
  EXPECT_EQ(clients.front()->read_rest(), "hello\n");
}

TEST_F(WebServer, GivesThePortBackWhenStopped) {
  start();
  const auto address = fmt::format("127.0.0.1:{}", port());
  expect_hello();
  server_.reset();
  ServerOptions options;
  options.listen_address = address;
  options.logger = std::make_shared<spdlog::logger>("test");
  const auto again = Server::start(options, Router());
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(fmt::format("127.0.0.1:{}", (*again)->port()), address);
}

std::string start_error(std::string listen_address) {
  ServerOptions options;
  options.listen_address = std::move(listen_address);
  options.logger = std::make_shared<spdlog::logger>("test");
  const auto started = Server::start(options, Router());
  return started ? "started" : started.error();
}

TEST(WebServerStart, SaysThatAPortIsInUse) {
  ServerOptions options;
  options.listen_address = "127.1.1.1:0";
  options.logger = std::make_shared<spdlog::logger>("test");
  const auto first = Server::start(options, Router());
  ASSERT_TRUE(first) << first.error();
  const auto address = fmt::format("127.1.1.1:{}", (*first)->port());
  EXPECT_EQ(start_error(address), "cannot listen on " + address + ": Address already in use");
}

TEST(WebServerStart, SaysWhatIsWrongWithTheAddress) {
  EXPECT_EQ(start_error("192.0.2.1:9713"),
            "cannot listen on 192.0.2.1:9713: Cannot assign requested address");
  for (const auto* address :
       {"localhost:9713", "9713", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:80x", "[::1]:9713", "127.0.0.1:80,127.0.0.1:81", "127.1:80", ""}) {
    EXPECT_EQ(start_error(address),
              fmt::format("cannot listen on {}: not a numeric IPv4 address and a port, as in "
                          "0.0.0.0:9713",
                          address));
  }
}

TEST(WebServerStart, ListensEverywhereWithoutAHost) {
  EXPECT_EQ(start_error(":0"), "started");
  EXPECT_EQ(start_error("0.0.0.0:0"), "started");
}

}  // namespace
}  // namespace glusterfs_exporter::web
