#include "common/service_manager.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "support/eventually.hpp"

namespace glusterfs_exporter {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A service manager that reads what it is told.
class WatchdogTest : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // The kernel chooses a name that is in no file system.
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)), 0);
    socklen_t size = sizeof(address);
    ASSERT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    const std::string name(&address.sun_path[1], size - offsetof(sockaddr_un, sun_path) - 1);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  void TearDown() override { ::unsetenv("NOTIFY_SOCKET"); }

  /// All that it was told since it was asked last.
  std::string told() {
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(got)) += '|';
    }
    return all;
  }

  /// Waits until `count` more questions are answered.
  bool asked_again(int count) {
    const int before = asked;
    return eventually([&] { return asked >= before + count; });
  }

  Watchdog::Questions questions() {
    return {[this]() -> std::optional<std::string> {
              ++asked;
              return hangs ? std::optional<std::string>("polling\nsince\x01noon") : std::nullopt;
            },
            [] { return std::string("all is well"); },
            [this](const std::optional<std::string>& what) {
              const std::scoped_lock lock(mutex);
              changes.push_back(what.value_or("lives"));
            }};
  }

  std::atomic<int> asked = 0;
  std::atomic<bool> hangs = false;
  std::mutex mutex;
  std::vector<std::string> changes;

 private:
  UniqueFd socket_;
};

TEST_F(WatchdogTest, GivesSignsOfLifeOnlyWhileAllLives) {
  const Watchdog watchdog(20ms, questions());
  ASSERT_TRUE(asked_again(3));
  EXPECT_THAT(told(), HasSubstr("STATUS=all is well\n|WATCHDOG=1|"));

  hangs = true;
  ASSERT_TRUE(asked_again(2));  // what was said about the one before may still come
  told();
  ASSERT_TRUE(asked_again(3));
  const auto meanwhile = told();
  EXPECT_THAT(meanwhile, Not(HasSubstr("WATCHDOG")));
  EXPECT_THAT(meanwhile, HasSubstr("STATUS=hangs: polling since noon\n|")) << "in one line";

  hangs = false;
  ASSERT_TRUE(asked_again(3));
  EXPECT_THAT(told(), HasSubstr("WATCHDOG=1|"));
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(changes, ElementsAre("polling\nsince\x01noon", "lives")) << "once for each change";
}

TEST_F(WatchdogTest, EndsAtOnce) {
  const auto begin = std::chrono::steady_clock::now();
  {
    const Watchdog watchdog(1h, questions());
    ASSERT_TRUE(asked_again(0));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(WatchdogTest, TellsReadyStatusAndStopping) {
  service_manager::tell_ready("serving");
  service_manager::tell_status("busy");
  service_manager::tell_stopping();
  EXPECT_EQ(told(), "STATUS=serving\nREADY=1\n|STATUS=busy\n|STOPPING=1\nSTATUS=ending\n|");
}

TEST(ServiceManager, WithoutOneNothingIsGivenAndTellingIsHarmless) {
  ::unsetenv("NOTIFY_SOCKET");
  service_manager::tell_ready("serving");
  EXPECT_EQ(service_manager::watchdog_patience(), std::nullopt);
  const auto listener = service_manager::take_listener();
  ASSERT_TRUE(listener);
  EXPECT_FALSE(listener->has_value());
}

}  // namespace
}  // namespace glusterfs_exporter
