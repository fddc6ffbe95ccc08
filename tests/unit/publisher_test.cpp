#include "collect/publisher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class PublisherTest : public testing::Test {
 protected:
  void wait_for_pictures(int count) const {
    for (const auto end = Clock::now() + 30s; pictures_ < count && Clock::now() < end;) {
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_GE(pictures_, count);
  }

  FactStore store_;
  std::atomic<int> pictures_ = 0;
  Publisher publisher_{{store_, [] { return std::vector<model::CollectorState>(); },
                        [] { return std::optional<bool>(); }, "here",
                        [this](const auto&, const auto&) { ++pictures_; }}};
};

TEST_F(PublisherTest, ManyNewsBecomeFewPictures) {
  publisher_.start();
  const auto start = Clock::now();
  for (int i = 0; i < 300; ++i) {
    publisher_.wake();
    std::this_thread::sleep_for(1ms);
  }
  wait_for_pictures(2);
  EXPECT_LE(pictures_, (Clock::now() - start) / 20ms + 2);
}

TEST_F(PublisherTest, TheLastNewsAreShown) {
  publisher_.start();
  publisher_.wake();
  wait_for_pictures(1);
  publisher_.wake();  // too soon after the first
  wait_for_pictures(2);
}

}  // namespace
}  // namespace glusterfs_exporter::collect
