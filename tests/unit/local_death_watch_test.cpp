#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>
#include <set>
#include <vector>

#include "gluster/local/death_watch.hpp"
#include "gluster/local/proc.hpp"

namespace glusterfs_exporter::gluster::local {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLong{60};  // far more than anything here takes, unless it hangs

/// A process that waits until it is killed.
class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ == 0) {
      while (true) {
        ::pause();
      }
    }
    key_ = {.pid = pid_, .start_ticks = Proc("/proc").stat(pid_).value_or(ProcStat{}).start_ticks};
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  void kill() const { ::kill(pid_, SIGKILL); }
  void end() {
    if (pid_ > 0) {
      kill();
      ::waitpid(pid_, nullptr, 0);
      pid_ = 0;
    }
  }
  [[nodiscard]] const ProcessKey& key() const { return key_; }

 private:
  pid_t pid_;
  ProcessKey key_;
};

/// Counts calls and lets others wait for them.
class Calls {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    last_ = Clock::now();
    changed_.notify_all();
  }
  bool reach(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  Clock::time_point last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  Clock::time_point last_;
};

class LocalDeathWatch : public testing::Test {
 protected:
  void SetUp() override {
    if (!watch_.available()) {
      GTEST_SKIP() << "no pidfds here";
    }
    watch_.start();
  }

  Calls calls_;
  DeathWatch watch_{[this] { calls_.add(); }};
};

TEST_F(LocalDeathWatch, TellsOfADeathAtOnce) {
  Child child;
  watch_.watch({child.key()});
  const auto killed = Clock::now();
  child.kill();  // a zombie until it is reaped: it counts as ended already
  ASSERT_TRUE(calls_.reach(1));
  const std::chrono::duration<double, std::milli> took = calls_.last() - killed;
  RecordProperty("milliseconds", std::to_string(took.count()));
  std::cout << "told after " << took.count() << " ms\n";
  EXPECT_LT(took.count(), 5000);
}

TEST_F(LocalDeathWatch, TellsOnceOfABurst) {
  std::vector<Child> children(20);
  std::set<ProcessKey> keys;
  for (const auto& child : children) {
    keys.insert(child.key());
  }
  watch_.watch(keys);
  watch_.stop();  // so that all are there when it looks, however slowly they die
  for (auto& child : children) {
    child.end();
  }
  watch_.start();
  ASSERT_TRUE(calls_.reach(1));
  Child last;
  watch_.watch({last.key()});
  EXPECT_EQ(calls_.count(), 1);
  last.kill();
  EXPECT_TRUE(calls_.reach(2));
}

TEST_F(LocalDeathWatch, ForgetsWhoIsNoLongerNamed) {
  Child forgotten;
  Child kept;
  watch_.watch({forgotten.key(), kept.key()});
  watch_.watch({kept.key()});
  forgotten.end();
  EXPECT_EQ(calls_.count(), 0);
  kept.end();
  ASSERT_TRUE(calls_.reach(1));
  watch_.stop();
  EXPECT_EQ(calls_.count(), 1);
}

TEST_F(LocalDeathWatch, TellsOnceOfOneThatIsAlreadyGone) {
  Child gone;
  gone.end();
  watch_.watch({gone.key()});
  ASSERT_TRUE(calls_.reach(1));
  Child child;
  watch_.watch({gone.key(), child.key()});
  child.end();
  ASSERT_TRUE(calls_.reach(2));
  watch_.stop();
  EXPECT_EQ(calls_.count(), 2);
}

TEST_F(LocalDeathWatch, DoesNotWatchAnotherProcessWithTheSameNumber) {
  Child later;
  const ProcessKey earlier{.pid = later.key().pid, .start_ticks = later.key().start_ticks - 1};
  watch_.watch({earlier});
  ASSERT_TRUE(calls_.reach(1));  // the earlier one is gone
  later.end();
  Child child;
  watch_.watch({earlier, child.key()});
  child.end();
  ASSERT_TRUE(calls_.reach(2));
  watch_.stop();
  EXPECT_EQ(calls_.count(), 2);
}

TEST_F(LocalDeathWatch, SurvivesImpossibleNumbers) {
  watch_.watch(
      {{.pid = -1, .start_ticks = 1}, {.pid = 0, .start_ticks = 1}, {.pid = 2147483647, .start_ticks = 1}});
  EXPECT_TRUE(calls_.reach(1));
}

TEST_F(LocalDeathWatch, TellsAfterAStartOfDeathsBefore) {
  Child child;
  watch_.watch({child.key()});
  watch_.stop();
  child.end();
  EXPECT_EQ(calls_.count(), 0);
  watch_.start();
  EXPECT_TRUE(calls_.reach(1));
}

TEST(LocalDeathWatchCalls, MayWatchFromTheCallback) {
  Child first;
  Child second;
  Calls calls;
  DeathWatch* self = nullptr;
  DeathWatch watch([&] {
    calls.add();
    self->watch({second.key()});
  });
  if (!watch.available()) {
    GTEST_SKIP() << "no pidfds here";
  }
  self = &watch;
  watch.start();
  watch.watch({first.key()});
  first.end();
  ASSERT_TRUE(calls.reach(1));
  second.end();
  EXPECT_TRUE(calls.reach(2));
  watch.stop();
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::local
