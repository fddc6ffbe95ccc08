#include "reload_requests.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/eventually.hpp"
#include "web/reload_route.hpp"

namespace glusterfs_exporter {
namespace {

using namespace std::chrono_literals;

TEST(ReloadRequests, GiveEveryoneWhatCameOfAReadingAfterTheyAsked) {
  std::atomic<int> woken = 0;
  ReloadRequests requests([&woken] { ++woken; });
  std::optional<ReloadRequests::Outcome> first;
  std::optional<ReloadRequests::Outcome> second;
  std::jthread one([&] { first = requests.ask(20s); });
  ASSERT_TRUE(test::eventually([&] { return woken == 1; }));
  std::jthread two;
  requests.serve([&]() -> ReloadRequests::Outcome {
    // Asks while it is read: what is read may be older than what this one wrote.
    two = std::jthread([&] { second = requests.ask(20s); });
    test::eventually([&] { return woken == 2; });
    return "read";
  });
  one.join();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->value(), "read");
  requests.serve([]() -> ReloadRequests::Outcome { return std::unexpected("bad"); });
  two.join();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->error(), "bad");
}

TEST(ReloadRequests, GiveUpInTheEnd) {
  ReloadRequests requests([] {});
  EXPECT_FALSE(requests.ask(1ms).has_value());
}

web::Response post(std::optional<ReloadRequests::Outcome> outcome) {
  web::Router router;
  web::add_reload_route(router, [outcome = std::move(outcome)] { return outcome; });
  web::Request request;
  request.method = "POST";
  request.path = "/-/reload";
  return router.answer(request);
}

TEST(WebReload, SaysWhatCameOfIt) {
  EXPECT_EQ(post("done").status, 200);
  EXPECT_EQ(*post("done").body, "done\n");
  const auto refused = post(ReloadRequests::Outcome(std::unexpected("x.yml:1: bad")));
  EXPECT_EQ(refused.status, 500);
  EXPECT_EQ(*refused.body, "500 refused, and nothing has changed: x.yml:1: bad\n");
  EXPECT_EQ(post({}).status, 503);
}

}  // namespace
}  // namespace glusterfs_exporter
