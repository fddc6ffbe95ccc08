#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <random>
#include <vector>

#include "gluster/rpc/answers.hpp"
#include "gluster/rpc/brick_client.hpp"
#include "gluster/rpc/glusterd_client.hpp"
#include "support/fake_daemon.hpp"
#include "support/same_records.hpp"

/// The clients against a daemon that answers well, badly, or not at all. After whatever it does they give an
/// error within their deadline, and the next question to a daemon that answers well is answered.
namespace glusterfs_exporter::gluster::rpc {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::FakeDaemon;
using test::FakePeer;

constexpr auto kShort = 150ms;
/// Far more than anything here takes after its deadline, unless it hangs; sanitizers are slow.
constexpr auto kSlack = 3s;
const BrickName kBrick{"/srv/gfs/node1/bricks/rep3b", "rep3"};

Endpoint endpoint_of(const FakeDaemon& daemon, std::chrono::milliseconds timeout = 20s) {
  return {daemon.socket_path(), timeout, std::size_t{4} << 20U};
}

/// What the recorded cluster answered to this call.
std::string good_answer(const std::string& call) {
  switch (test::procedure_of(call)) {
    case kListFriends.number:
      return test::reply_to(call, test::recorded_reply("list-friends"));
    case kListVolume.number:
      return test::reply_to(call, test::recorded_reply("list-volume"));
    case kGetVolume.number:
      for (const auto* name : {"arb", "disp", "dist", "rep3"}) {
        if (call.contains("volname\0"s + name + "\0"s)) {
          return test::reply_to(call, test::recorded_reply("get-volume-"s + name));
        }
      }
      return test::reply_to(call, test::recorded_reply("get-volume-missing"));
    case kXlatorInfo.number:
      return test::reply_to(call, test::recorded_reply("profile-rep3-1"));
    default:
      return test::reply_to(call, test::recorded_reply("brick-clients"));
  }
}

void answer_well(FakePeer& peer) {
  while (const auto call = peer.next_call()) {
    peer.send(to_record(good_answer(*call)));
  }
}

/// Does `bad` to the first call of the first connection, and from then on answers well.
FakeDaemon::Serve once(std::function<void(FakePeer&, const std::string& call)> bad) {
  return [bad = std::move(bad), done = false](FakePeer& peer) mutable {
    if (!std::exchange(done, true)) {
      if (const auto call = peer.next_call()) {
        bad(peer, *call);
      }
      return;
    }
    answer_well(peer);
  };
}

/// The first question fails in time with this kind of error, and the second one is answered.
void expect_error_then_answer(ErrorKind kind, const FakeDaemon& daemon, std::chrono::milliseconds timeout) {
  GlusterdClient client(endpoint_of(daemon, timeout));
  const auto start = Clock::now();
  const auto peers = client.peers();
  EXPECT_LT(Clock::now() - start, timeout + kSlack);
  ASSERT_FALSE(peers);
  EXPECT_EQ(to_string(peers.error().kind), to_string(kind)) << peers.error().context;
  EXPECT_TRUE(peers.error().context.starts_with("list_friends at " + daemon.socket_path() + ": "))
      << peers.error().context;
  const auto again = client.peers();
  ASSERT_TRUE(again) << again.error().context;
  EXPECT_EQ(again->size(), 3U);
}

TEST(RpcClients, AskOverOneConnection) {
  const FakeDaemon daemon(answer_well);
  GlusterdClient client(endpoint_of(daemon));
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(client.peers()->size(), 3U);
    ASSERT_EQ(client.topology()->size(), 4U);
    ASSERT_EQ(client.uuid(), "14d6a364-0da8-450d-a3b8-d297726a71dd");
  }
  EXPECT_EQ(daemon.connections(), 1);
}

TEST(RpcClients, AskABrick) {
  const FakeDaemon daemon(answer_well);
  BrickClient brick(endpoint_of(daemon));
  EXPECT_EQ(brick.profile(kBrick, 1e-9)->blocks.size(), 32U);
  EXPECT_EQ(brick.clients(kBrick)->size(), 4U);
  EXPECT_EQ(daemon.connections(), 1);
}

TEST(RpcClients, ABrickWithoutClientsIsNoFailure) {
  const FakeDaemon daemon([](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      XdrWriter out;
      for (const auto word : {0U, 1U, 0U, 0U, 0U, 0U, 0xFFFFFFFFU, 0U}) {
        out.u32(word);
      }
      out.opaque(encode_dict({}));
      out.opaque("");
      peer.send(to_record(test::reply_to(*call, out.bytes())));
    }
  });
  BrickClient brick(endpoint_of(daemon));
  const auto clients = brick.clients(kBrick);
  ASSERT_TRUE(clients) << clients.error().context;
  EXPECT_TRUE(clients->empty());
  EXPECT_EQ(brick.memory(kBrick).error().kind, ErrorKind::exit);
}

TEST(RpcClients, LeaveOutAVolumeThatIsDeletedWhileAsking) {
  const FakeDaemon daemon([](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      const bool deleted = test::procedure_of(*call) == kGetVolume.number && call->contains("disp");
      peer.send(to_record(deleted ? test::reply_to(*call, test::recorded_reply("get-volume-missing"))
                                  : good_answer(*call)));
    }
  });
  const auto topology = GlusterdClient(endpoint_of(daemon)).topology();
  ASSERT_TRUE(topology) << topology.error().context;
  ASSERT_EQ(topology->size(), 3U);
  EXPECT_EQ(topology->at(1).name, "dist");
}

TEST(RpcClients, ADaemonThatSaysNoKeepsItsConnection) {
  int calls = 0;
  const FakeDaemon daemon([&](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      auto answer = ++calls == 1 ? test::reply_to(*call, test::recorded_reply("profile-wrong-brick"))
                                 : good_answer(*call);
      peer.send(to_record(answer));
    }
  });
  BrickClient client(endpoint_of(daemon));
  const auto profile = client.profile(kBrick, 1e-9);
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().kind, ErrorKind::exit);
  EXPECT_TRUE(profile.error().context.contains("xlator /no/such/brick is not loaded"))
      << profile.error().context;
  EXPECT_TRUE(client.profile(kBrick, 1e-9));
  EXPECT_EQ(daemon.connections(), 1);
}

TEST(RpcClients, TakeAnswersHoweverTheyAreCut) {
  const FakeDaemon daemon([](FakePeer& peer) {
    for (std::size_t step = 1; const auto call = peer.next_call(); ++step) {
      const auto answer = good_answer(*call);
      std::string record;
      for (std::size_t at = 0; at < answer.size(); at += 100) {
        XdrWriter mark;
        const auto part = answer.substr(at, 100);
        mark.u32(static_cast<std::uint32_t>(part.size()) | (at + 100 >= answer.size() ? 0x80000000U : 0U));
        record += mark.bytes() + part;
      }
      for (std::size_t at = 0; at < record.size(); at += step) {
        peer.send(std::string_view(record).substr(at, step));
      }
    }
  });
  GlusterdClient client(endpoint_of(daemon));
  for (int i = 0; i < 12; ++i) {
    const auto peers = client.peers();
    ASSERT_TRUE(peers) << peers.error().context;
    EXPECT_EQ(peers->size(), 3U);
  }
  EXPECT_EQ(daemon.connections(), 1);
}

/// What glusterd sends to all its connections when a volume's options change.
const std::string kCallback =
    "\0\0\0\0\0\0\0\0\0\0\0\x02\x03\x24\xCC\x42\0\0\0\x01\0\0\0\x01"s + std::string(16, '\0');

TEST(RpcClients, PassOverCallbacks) {
  const FakeDaemon daemon([](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      peer.send(to_record(kCallback) + to_record(kCallback) + to_record(good_answer(*call)));
    }
  });
  GlusterdClient client(endpoint_of(daemon));
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(client.peers()->size(), 3U);
  }
  EXPECT_EQ(daemon.connections(), 1);
}

TEST(RpcClients, ACallbackBehindAnAnswerDoesNoHarm) {
  const FakeDaemon daemon([](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      peer.send(to_record(good_answer(*call)) + to_record(kCallback) + to_record(kCallback).substr(0, 7));
    }
  });
  GlusterdClient client(endpoint_of(daemon));
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(client.peers()->size(), 3U);
  }
}

TEST(RpcClients, ADaemonThatRestartedIsAskedAnewWithoutAFailure) {
  const FakeDaemon daemon([](FakePeer& peer) {  // one answer a connection
    if (const auto call = peer.next_call()) {
      peer.send(to_record(good_answer(*call)));
    }
  });
  GlusterdClient client(endpoint_of(daemon));
  for (int i = 1; i <= 50; ++i) {
    const auto peers = client.peers();
    ASSERT_TRUE(peers) << peers.error().context;
  }
  EXPECT_EQ(daemon.connections(), 50);
}

TEST(RpcClients, ADaemonThatAlwaysClosesIsAskedTwiceAtMost) {
  std::atomic<int> calls{0};
  const FakeDaemon daemon([&](FakePeer& peer) {
    auto call = peer.next_call();
    if (call && ++calls == 1) {
      peer.send(to_record(good_answer(*call)));
      call = peer.next_call();
      ++calls;
    }
  });
  GlusterdClient client(endpoint_of(daemon));
  ASSERT_TRUE(client.peers());
  const auto peers = client.peers();
  ASSERT_FALSE(peers);
  EXPECT_EQ(peers.error().kind, ErrorKind::connect);
  EXPECT_EQ(calls, 3);
}

TEST(RpcClients, AMissingSocketIsAConnectError) {
  GlusterdClient client({"/nonexistent/gd.sock", 1s});
  const auto peers = client.peers();
  ASSERT_FALSE(peers);
  EXPECT_EQ(peers.error().kind, ErrorKind::connect);
  EXPECT_EQ(peers.error().context, "list_friends at /nonexistent/gd.sock: No such file or directory");
  EXPECT_EQ(GlusterdClient({"", 1s}).peers().error().kind, ErrorKind::connect);
  EXPECT_EQ(GlusterdClient({std::string(200, 'x'), 1s}).peers().error().kind, ErrorKind::connect);
}

TEST(RpcClients, ASocketThatNobodyServesAnyMoreIsAConnectError) {
  std::string path;
  {
    const FakeDaemon daemon(answer_well);
    path = daemon.socket_path();
    GlusterdClient client(endpoint_of(daemon));
    ASSERT_TRUE(client.peers());
  }
  EXPECT_EQ(GlusterdClient({path, 1s}).peers().error().kind, ErrorKind::connect);
}

TEST(RpcClients, AConnectionThatIsClosedInsteadOfAnAnswer) {
  const FakeDaemon daemon(once([](FakePeer&, const std::string&) {}));
  expect_error_then_answer(ErrorKind::connect, daemon, 20s);
}

TEST(RpcClients, AnAnswerThatBreaksOff) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string& call) {
    const auto record = to_record(good_answer(call));
    peer.send(std::string_view(record).substr(0, record.size() / 2));
  }));
  expect_error_then_answer(ErrorKind::connect, daemon, 20s);
}

TEST(RpcClients, AnAnswerThatStopsHalfway) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string& call) {
    const auto record = to_record(good_answer(call));
    peer.send(std::string_view(record).substr(0, record.size() / 2));
    peer.stay_silent();
  }));
  expect_error_then_answer(ErrorKind::timeout, daemon, kShort);
}

TEST(RpcClients, ADaemonThatAcceptsAndSaysNothing) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string&) { peer.stay_silent(); }));
  expect_error_then_answer(ErrorKind::timeout, daemon, kShort);
}

TEST(RpcClients, AnAnswerThatDripsForEver) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string& call) {
    const auto record = to_record(good_answer(call));
    for (std::size_t at = 0; at < record.size() && peer.send(std::string_view(record).substr(at, 1)); ++at) {
      std::this_thread::sleep_for(10ms);
    }
  }));
  expect_error_then_answer(ErrorKind::timeout, daemon, kShort);
}

TEST(RpcClients, AnAnswerThatClaimsTwoGibibytes) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string&) {
    peer.send("\xFF\xFF\xFF\xFF"s);
    peer.stay_silent();
  }));
  expect_error_then_answer(ErrorKind::oversize, daemon, 20s);
}

TEST(RpcClients, AnEndlessAnswerInFragments) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string&) {
    const auto fragment = "\0\1\0\0"s + std::string(65536, 'x');
    while (peer.send(fragment)) {
    }
  }));
  expect_error_then_answer(ErrorKind::oversize, daemon, 20s);
}

TEST(RpcClients, EndlessEmptyFragments) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string&) {
    const std::string marks(65536, '\0');
    while (peer.send(marks)) {
    }
  }));
  expect_error_then_answer(ErrorKind::timeout, daemon, kShort);
}

TEST(RpcClients, EndlessCallbacks) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string&) {
    while (peer.send(to_record(kCallback))) {
    }
  }));
  expect_error_then_answer(ErrorKind::timeout, daemon, kShort);
}

TEST(RpcClients, AnAnswerToAnotherCall) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string& call) {
    peer.send(to_record("\x7F\0\0\0"s + good_answer(call).substr(4)));
    peer.stay_silent();
  }));
  expect_error_then_answer(ErrorKind::parse, daemon, 20s);
}

TEST(RpcClients, AnAnswerThatIsNoRpcAtAll) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string&) {
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.stay_silent();
  }));
  expect_error_then_answer(ErrorKind::oversize, daemon, 20s);  // "HTTP" as a length is 1.2 GiB
}

TEST(RpcClients, AnAnswerWithoutWhatWasAsked) {
  const FakeDaemon daemon(once([](FakePeer& peer, const std::string& call) {
    peer.send(to_record(test::reply_to(call, test::recorded_reply("list-volume"))));
    peer.stay_silent();
  }));
  expect_error_then_answer(ErrorKind::parse, daemon, 20s);
}

TEST(RpcClients, ALockedClusterIsALockError) {
  const FakeDaemon daemon([](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      XdrWriter out;
      for (const auto word : {0U, 1U, 0U, 0U, 0U, 0U, 0xFFFFFFFFU, 30802U}) {
        out.u32(word);
      }
      out.opaque("Another transaction is in progress. Please try again after some time.");
      out.opaque("");
      peer.send(to_record(test::reply_to(*call, out.bytes())));
    }
  });
  const auto topology = GlusterdClient(endpoint_of(daemon)).topology();
  ASSERT_FALSE(topology);
  EXPECT_EQ(topology.error().kind, ErrorKind::lock);
}

TEST(RpcClients, OneDeadlineHoldsForAllCallsOfAQuestion) {
  const FakeDaemon daemon([](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      std::this_thread::sleep_for(60ms);
      peer.send(to_record(good_answer(*call)));
    }
  });
  const auto topology = GlusterdClient(endpoint_of(daemon, kShort)).topology();  // 5 calls
  ASSERT_FALSE(topology);
  EXPECT_EQ(topology.error().kind, ErrorKind::timeout);
}

TEST(RpcClients, AFullQueueOfConnectionsIsWaitedFor) {
  const FakeDaemon daemon([](FakePeer& peer) { peer.stay_silent(); });
  std::vector<UniqueFd> waiting;  // more than the daemon's backlog holds
  for (int i = 0; i < 64; ++i) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    daemon.socket_path().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  const auto start = Clock::now();
  const auto peers = GlusterdClient(endpoint_of(daemon, kShort)).peers();
  EXPECT_LT(Clock::now() - start, kShort + kSlack);
  ASSERT_FALSE(peers);
  EXPECT_EQ(peers.error().kind, ErrorKind::timeout) << peers.error().context;
}

TEST(RpcClients, StopEndsAWaitAtOnce) {
  const FakeDaemon daemon([](FakePeer& peer) { peer.stay_silent(); });
  std::stop_source stop;
  GlusterdClient client(endpoint_of(daemon, 60s), stop.get_token());
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  const auto start = Clock::now();
  const auto peers = client.peers();
  stopper.join();
  EXPECT_LT(Clock::now() - start, kSlack);
  ASSERT_FALSE(peers);
  EXPECT_EQ(peers.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(client.peers().error().kind, ErrorKind::cancelled);
}

std::size_t most_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss);
}

/// Good answers with some bytes changed, each tried over a socket. Some of them can still be read; what
/// counts is that all of them end, in time and in little memory, and that a good answer behind them is read.
TEST(RpcClients, SurviveByteFlips) {
  std::mt19937 random(20261121);  // NOLINT: the same every time, so that a failure can be had again
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  constexpr int kTries = 4000;
  int flip_number = 0;
  bool flip_next = true;
  const FakeDaemon daemon([&](FakePeer& peer) {
    while (const auto call = peer.next_call()) {
      auto record = to_record(good_answer(*call));
      if (flip_next) {
        for (auto flips = 1 + below(8); flips > 0; --flips) {
          // Half of them near the front, where lengths and headers are.
          record[below(below(2) == 0 ? std::min<std::size_t>(record.size(), 64) : record.size())] ^=
              static_cast<char>(1U << below(8));
        }
        ++flip_number;
      }
      flip_next = !flip_next;
      peer.send(record);
      if (!flip_next) {  // a length that grew would be waited for until the deadline: end it here
        return;
      }
    }
  });
  const auto before = most_memory_kib();
  int answered = 0;
  const auto try_both = [&](auto ask) {
    const auto start = Clock::now();
    answered += ask() ? 1 : 0;
    const bool good = ask();
    return good && Clock::now() - start < 10s;
  };
  for (int i = 0; i < kTries; ++i) {
    // The daemon serves one connection at a time, so each client is gone before the next one asks.
    if (i % 2 == 0) {
      GlusterdClient client(endpoint_of(daemon, 10s));
      ASSERT_TRUE(try_both([&] { return client.peers().has_value(); })) << "after flip " << i;
    } else {
      BrickClient client(endpoint_of(daemon, 10s));
      ASSERT_TRUE(try_both([&] { return client.profile(kBrick, 1e-9).has_value(); })) << "after flip " << i;
    }
  }
  EXPECT_EQ(flip_number, kTries);
  EXPECT_GT(answered, 0);
  EXPECT_LT(answered, kTries);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(most_memory_kib() - before, 65536U);
#else
  static_cast<void>(before);
#endif
}

/// The same without a socket, where many more can be tried: the whole reader, on every kind of answer.
TEST(RpcClients, ReadersSurviveByteFlips) {
  struct Case {
    const Procedure* procedure;
    const char* name;
  };
  constexpr std::array<Case, 6> kCases{{{&kListFriends, "list-friends"},
                                        {&kListVolume, "list-volume"},
                                        {&kGetVolume, "get-volume-arb"},
                                        {&kXlatorInfo, "profile-rep3-1"},
                                        {&kBrickStatus, "brick-clients"},
                                        {&kBrickStatus, "brick-inode-table"}}};
  std::mt19937 random(42);  // NOLINT: the same every time
  for (const auto& [procedure, name] : kCases) {
    const auto good = test::recorded_reply(name);
    for (int i = 0; i < 5000; ++i) {
      auto bytes = good;
      for (auto flips = 1 + random() % 6; flips > 0; --flips) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      if (random() % 4 == 0) {
        bytes.resize(random() % bytes.size());
      }
      if (const auto reply = read_reply(*procedure, 1, bytes)) {
        static_cast<void>(read_peers(reply->dict));
        static_cast<void>(read_volume_names(reply->dict));
        static_cast<void>(read_volume(reply->dict));
        static_cast<void>(read_brick_profile(reply->dict, 1e-9));
        static_cast<void>(read_brick_clients(reply->dict));
        static_cast<void>(read_brick_memory(reply->dict));
        static_cast<void>(read_brick_inode_table(reply->dict));
        static_cast<void>(read_call_pool(reply->dict));
      }
    }
  }
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::rpc
