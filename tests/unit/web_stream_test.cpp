#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "live/feed.hpp"
#include "support/eventually.hpp"
#include "support/web_client.hpp"
#include "web/live_routes.hpp"
#include "web/open_streams.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::eventually;

/// What the tests put into a stream and see of it.
class Channel {
 public:
  void put(std::string bytes) {
    {
      const std::scoped_lock lock(mutex_);
      chunks_.push_back(std::make_shared<const std::string>(std::move(bytes)));
    }
    wake();
  }
  void end() {
    {
      const std::scoped_lock lock(mutex_);
      over_ = true;
    }
    wake();
  }

  std::optional<BodyStream::Chunk> take() {
    const std::scoped_lock lock(mutex_);
    if (chunks_.empty()) {
      return over_ ? std::nullopt : std::optional<BodyStream::Chunk>(nullptr);
    }
    auto chunk = chunks_.front();
    chunks_.pop_front();
    return chunk;
  }

  std::atomic<int> open = 0;  // streams that read from it
  std::function<void()> wake = [] {};

 private:
  std::mutex mutex_;
  std::deque<BodyStream::Chunk> chunks_;
  bool over_ = false;
};

class ChannelStream : public BodyStream {
 public:
  explicit ChannelStream(Channel& channel) : channel_(channel) { ++channel_.open; }
  ~ChannelStream() override { --channel_.open; }
  ChannelStream(const ChannelStream&) = delete;
  ChannelStream& operator=(const ChannelStream&) = delete;
  ChannelStream(ChannelStream&&) = delete;
  ChannelStream& operator=(ChannelStream&&) = delete;

  std::optional<Chunk> next() override { return channel_.take(); }

 private:
  Channel& channel_;
};

/// Has always more.
class FloodStream : public ChannelStream {
 public:
  explicit FloodStream(Channel& channel) : ChannelStream(channel) {}
  std::optional<Chunk> next() override { return chunk_; }

 private:
  const Chunk chunk_ = std::make_shared<const std::string>(65536, 'x');
};

class BrokenStream : public BodyStream {
 public:
  std::optional<Chunk> next() override { throw std::runtime_error("out of luck"); }
};

Response streamed(std::shared_ptr<BodyStream> stream) {
  return {.status = 200,
          .content_type = "text/event-stream",
          .headers = {},
          .body = nullptr,
          .stream = std::move(stream)};
}

std::string get(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
}

class WebStream : public testing::Test {
 protected:
  struct Limits {
    unsigned max_streams = 4;
    std::chrono::milliseconds request_timeout = 20s;
    std::chrono::milliseconds stream_patience = 20s;
  };

  void start() { start(Limits()); }
  void start(const Limits& limits) {
    Router router;
    router.get("/hello", [](const Request&) { return text_response(200, "hello\n"); });
    router.get("/stream",
               [this](const Request&) { return streamed(std::make_shared<ChannelStream>(channel_)); });
    router.get("/flood", [this](const Request&) { return streamed(std::make_shared<FloodStream>(flood_)); });
    add_live_routes(router, feed_, events_);
    router.get("/broken", [](const Request&) { return streamed(std::make_shared<BrokenStream>()); });
    auto started = Server::start({.listen_address = "127.0.0.1:0",
                                  .worker_threads = 2,
                                  .max_streams = limits.max_streams,
                                  .request_timeout = limits.request_timeout,
                                  .stream_patience = limits.stream_patience,
                                  .keep_alive_timeout = 500ms,
                                  .logger = logger_,
                                  .on_request =
                                      [this](std::string_view route, int status) {
                                        const std::scoped_lock lock(mutex_);
                                        counted_.push_back(fmt::format("{} {}", route, status));
                                      }},
                                 std::move(router));
    ASSERT_TRUE(started) << started.error();
    server_ = std::move(*started);
    channel_.wake = [this] { server_->wake_streams(); };
  }

  /// A client that has the head of a stream.
  [[nodiscard]] std::unique_ptr<Client> viewer(std::string_view path = "/stream",
                                               int receive_buffer_bytes = 0) const {
    auto client = std::make_unique<Client>(server_->port(), receive_buffer_bytes);
    client->send(get(path));
    EXPECT_THAT(client->read_head(), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    return client;
  }

  [[nodiscard]] std::string status_of(std::string_view path) const {
    Client client(server_->port());
    client.send(get(path));
    return client.read_until("\r\n");
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

  Channel channel_;
  Channel flood_;
  live::Feed feed_{"e"};
  live::EventLog events_;

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

TEST_F(WebStream, SendsEachChunkWhenItComes) {
  start();
  Client client(server_->port());
  client.send(get("/stream"));
  const auto head = client.read_head();
  EXPECT_THAT(head, testing::StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(head, testing::HasSubstr("\r\nConnection: close\r\nContent-Type: text/event-stream\r\n"
                                       "Transfer-Encoding: chunked\r\nX-Accel-Buffering: no\r\n"
                                       "Cache-Control: no-store\r\nContent-Security-Policy: "));
  EXPECT_THAT(head, testing::Not(testing::HasSubstr("Content-Length")));
  channel_.put("one\n");
  EXPECT_EQ(client.read_bytes(9), "4\r\none\n\r\n") << "before there is a second";
  channel_.put("");  // must not end the stream
  channel_.put("two two two two two\n");
  EXPECT_EQ(client.read_bytes(26), "14\r\ntwo two two two two\n\r\n");
  const std::string large(100'000, 'y');
  channel_.put(large);
  EXPECT_EQ(client.read_bytes(100'009), "186a0\r\n" + large + "\r\n");
  channel_.end();
  EXPECT_EQ(client.read_rest(), "0\r\n\r\n");
  EXPECT_EQ(channel_.open, 0);
  EXPECT_THAT(counted(), testing::ElementsAre("/stream 200"));
}

TEST_F(WebStream, SendsBareBytesToAClientOfHttp10) {
  start();
  Client client(server_->port());
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto head = client.read_head();
  EXPECT_THAT(head, testing::HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(head, testing::Not(testing::HasSubstr("Transfer-Encoding")));
  channel_.put("one\n");
  EXPECT_EQ(client.read_bytes(4), "one\n");
  channel_.end();
  EXPECT_EQ(client.read_rest(), "");
}

TEST_F(WebStream, AnswersHeadWithTheHeadAlone) {
  start({.max_streams = 0});
  Client client(server_->port());
  client.send("HEAD /stream HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.read_head(), testing::HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_EQ(client.read_rest(), "");
  EXPECT_THAT(counted(), testing::ElementsAre("/stream 200"));
}

TEST_F(WebStream, TellsOfAStreamWhenItBegins) {
  start();
  const auto client = viewer();
  EXPECT_EQ(status_of("/hello"), "HTTP/1.1 200 OK\r\n");
  EXPECT_THAT(counted(), testing::UnorderedElementsAre("/stream 200", "/hello 200"));
}

TEST_F(WebStream, NoticesThatAClientLeftWhileThereIsNothingToSend) {
  start({.max_streams = 1});
  for (int i = 0; i < 2; ++i) {
    std::unique_ptr<Client> client;
    ASSERT_TRUE(eventually([this, &client] {
      client = std::make_unique<Client>(server_->port());
      client->send(get("/stream"));
      return client->read_head().starts_with("HTTP/1.1 200 OK\r\n");
    })) << "the place was not given back";
    EXPECT_EQ(channel_.open, 1);
    client.reset();
    EXPECT_TRUE(eventually([this] { return channel_.open == 0; }));
  }
}

TEST_F(WebStream, RefusesMoreThanTheCapAndServesEverythingElse) {
  start({.max_streams = 20});
  std::vector<std::unique_ptr<Client>> viewers;
  for (int i = 0; i < 20; ++i) {
    viewers.push_back(viewer(i % 2 == 0 ? "/stream" : "/flood"));  // none reads on
  }
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(status_of("/hello"), "HTTP/1.1 200 OK\r\n");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);

  Client client(server_->port());
  client.send(get("/stream"));
  const auto refusal = client.read_rest();
  EXPECT_THAT(refusal, testing::StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(refusal, testing::HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_THAT(refusal, testing::EndsWith("\r\n\r\n503 too many streams are open. Try again later.\n"));

  viewers.pop_back();  // one that has always something to send: noticed at once
  EXPECT_TRUE(eventually([this] { return flood_.open == 9; }));
  EXPECT_TRUE(eventually([this] { return status_of("/broken") == "HTTP/1.1 200 OK\r\n"; }));
  EXPECT_THAT(counted(), testing::Contains("/stream 503").Times(1));
}

TEST_F(WebStream, DropsAClientThatNeverReads) {
  start({.max_streams = 1, .request_timeout = 500ms});
  const auto client = viewer("/flood");
  EXPECT_TRUE(eventually([this] { return flood_.open == 0; }));
  EXPECT_TRUE(eventually([this] { return status_of("/broken") == "HTTP/1.1 200 OK\r\n"; }));
}

// What waits for the client fits into the kernel, so that no write ever has to wait.
TEST_F(WebStream, DropsAClientThatDoesNotTakeTheLittleThereIs) {
  start({.max_streams = 1, .stream_patience = 500ms});
  const auto client = viewer("/stream", 4096);
  channel_.put(std::string(100'000, 'x'));
  EXPECT_TRUE(eventually([this] { return channel_.open == 0; }));
}

TEST_F(WebStream, ClientsThatDoNotReadHoldUpNobody) {
  start({.max_streams = 9});
  const auto reader = viewer();
  std::vector<std::unique_ptr<Client>> stuck;
  for (int i = 0; i < 8; ++i) {
    stuck.push_back(viewer("/flood", 4096));
  }
  for (int i = 0; i < 10; ++i) {
    const auto before = std::chrono::steady_clock::now();
    channel_.put("news\n");
    EXPECT_EQ(reader->read_bytes(10), "5\r\nnews\n\r\n");
    EXPECT_LT(std::chrono::steady_clock::now() - before, 1s) << "not only when all are asked anyway";
  }
  EXPECT_EQ(flood_.open, 8);
}

TEST_F(WebStream, AViewerThatWasSlowSkipsToTheNewestState) {
  start();
  const auto state = [](int number) {
    return nlohmann::json{{"number", number},
                          {"text", std::string(50'000, static_cast<char>('a' + number % 26))}};
  };
  feed_.publish(state(0));
  Client client(server_->port(), 4096);
  client.send(get("/api/v1/stream"));
  client.read_until("id: e-1\n");
  client.read_until("\n\n");
  for (int number = 1; number <= 300; ++number) {  // 15 MB: neither the kernel nor the feed keeps them all
    feed_.publish(state(number));
    server_->wake_streams();
  }
  std::string got;
  int events = 0;
  while (!got.ends_with("\nid: e-301\n") && events < 300) {
    got = client.read_until("\nid: e-");
    got += client.read_until("\n");
    ++events;
  }
  EXPECT_LT(events, 150);
  EXPECT_EQ(client.read_until("\n"), "event: state\n");
}

TEST_F(WebStream, KeepsAClientThatHasNothingToRead) {
  start({.max_streams = 1, .request_timeout = 100ms, .stream_patience = 100ms});
  const auto client = viewer();
  std::this_thread::sleep_for(1s);  // nothing may happen
  EXPECT_EQ(channel_.open, 1);
  channel_.put("still there\n");
  EXPECT_EQ(client->read_bytes(17), "c\r\nstill there\n\r\n");
}

TEST_F(WebStream, EndsAllStreamsAtOnceWithTheServer) {
  start({.max_streams = 20});
  std::vector<std::unique_ptr<Client>> viewers;
  for (int i = 0; i < 20; ++i) {
    viewers.push_back(viewer(i % 2 == 0 ? "/stream" : "/flood"));
  }
  const auto before = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_EQ(channel_.open, 0);
  EXPECT_EQ(flood_.open, 0);
  EXPECT_EQ(viewers[0]->read_rest(), "0\r\n\r\n") << "the end of one that reads is an orderly one";
}

TEST_F(WebStream, EndsInTheMiddleWhenItsSourceFails) {
  start({.max_streams = 1});
  EXPECT_EQ(viewer("/broken")->read_rest(), "") << "no mark of an end";
  EXPECT_TRUE(eventually([this] { return status_of("/broken") == "HTTP/1.1 200 OK\r\n"; })) << "no place";
  EXPECT_THAT(log(), testing::StartsWith("error web server: the stream of /broken failed: out of luck\n"));
}

TEST(WebClientSocket, IsTheOneConnectedToTheClient) {
  EXPECT_EQ(ClientSocket::find("127.0.0.1", 1, 1).descriptor(), -1);
  EXPECT_EQ(ClientSocket::find("nonsense", 1, 1).descriptor(), -1);
}

TEST(WebOpenStreams, GivePlacesAndTakeThemBack) {
  OpenStreams streams({.streams = 2, .patience = 5s});
  auto first = streams.reserve();
  const auto second = streams.reserve();
  EXPECT_TRUE(first != nullptr && second != nullptr);
  EXPECT_EQ(streams.reserve(), nullptr);
  first.reset();
  first = streams.reserve();
  EXPECT_NE(first, nullptr);
  first.reset();
  streams.close(0ms);
  EXPECT_EQ(streams.reserve(), nullptr) << "closed";
}

TEST(WebOpenStreams, EndWhatBeginsAfterTheyWereClosed) {
  OpenStreams streams({.streams = 1, .patience = 5s});
  const auto place = streams.reserve();
  streams.close(0ms);
  BrokenStream stream;
  const auto end = streams.send(*place, ClientSocket::find("nonsense", 1, 1), stream, true);
  EXPECT_FALSE(end.complete);
  EXPECT_EQ(end.failure, "") << "its source was not asked";
}

TEST(WebOpenStreams, EndOneWithoutASocket) {
  OpenStreams streams({.streams = 1, .patience = 5s});
  const auto place = streams.reserve();
  BrokenStream stream;
  EXPECT_FALSE(streams.send(*place, ClientSocket::find("nonsense", 1, 1), stream, true).complete);
}

}  // namespace
}  // namespace glusterfs_exporter::web
