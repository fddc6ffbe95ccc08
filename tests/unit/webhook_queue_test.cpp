#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "webhook/queue.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WebhookQueue : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "webhook_queue_XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    parent_ = folder;
    folder_ = parent_ / "target";
  }
  void TearDown() override { std::filesystem::remove_all(parent_); }

  std::optional<Spool> spool() {
    auto opened = Spool::open(folder_);
    EXPECT_TRUE(opened) << opened.error().context;
    return opened ? std::optional(*std::move(opened)) : std::nullopt;
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  std::size_t bytes_in_files() const {
    std::size_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      bytes += Spool::bytes_on_disk(entry.file_size());
    }
    return bytes;
  }

  std::function<void(const Error&)> note_trouble() {
    return [this](const Error& error) { troubles_.push_back(error.context); };
  }

  /// Takes and finishes all that waits.
  static std::vector<std::string> drain(Queue& queue) {
    std::vector<std::string> bodies;
    while (queue.counts().documents > 0) {
      const auto document = queue.wait_for_oldest({});
      bodies.push_back(*document->body);
      queue.finish(document->sequence);
    }
    return bodies;
  }

  std::filesystem::path parent_;
  std::filesystem::path folder_;
  std::vector<std::string> troubles_;
};

TEST_F(WebhookQueue, GivesWhatItWasGivenInOrder) {
  for (const bool on_disk : {false, true}) {
    Queue queue({}, "run", on_disk ? spool() : std::nullopt, note_trouble());
    EXPECT_EQ(queue.next_id(), "run-1");
    queue.push("one");
    queue.push("two");
    EXPECT_EQ(queue.next_id(), "run-3");
    const auto first = queue.wait_for_oldest({});
    EXPECT_EQ(first->id, "run-1");
    EXPECT_EQ(*first->body, "one");
    // It stays until it is finished.
    EXPECT_EQ(queue.wait_for_oldest({})->id, "run-1");
    EXPECT_TRUE(queue.is_wanted(first->sequence));
    queue.finish(first->sequence);
    EXPECT_THAT(drain(queue), ElementsAre("two"));
    EXPECT_EQ(queue.counts().bytes, 0U);
    EXPECT_EQ(queue.counts().dropped, 0U);
  }
  EXPECT_THAT(troubles_, IsEmpty());
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(WebhookQueue, KnowsWhatWouldBeLost) {
  Queue in_memory({}, "run", std::nullopt, note_trouble());
  EXPECT_EQ(in_memory.oldest_if_volatile(), std::nullopt);
  in_memory.push("one");
  in_memory.push("two");
  EXPECT_EQ(in_memory.volatile_documents(), 2U);
  const auto oldest = in_memory.oldest_if_volatile();
  ASSERT_TRUE(oldest);
  EXPECT_EQ(oldest->id, "run-1");
  in_memory.finish(oldest->sequence);
  EXPECT_EQ(in_memory.oldest_if_volatile()->id, "run-2");

  Queue on_disk({}, "run", spool(), note_trouble());
  on_disk.push("one");
  EXPECT_EQ(on_disk.volatile_documents(), 0U);
  EXPECT_EQ(on_disk.oldest_if_volatile(), std::nullopt);
}

TEST_F(WebhookQueue, OutlivesTheProgramOnDisk) {
  {
    Queue queue({}, "a", spool(), note_trouble());
    for (const char* const body : {"1", "2", "3"}) {
      queue.push(body);
    }
    queue.finish(queue.wait_for_oldest({})->sequence);
  }
  Queue queue({}, "b", spool(), note_trouble());
  queue.push("4");
  EXPECT_EQ(queue.counts().documents, 3U);
  std::vector<std::string> ids;
  std::vector<std::string> bodies;
  while (queue.counts().documents > 0) {
    const auto document = queue.wait_for_oldest({});
    ids.push_back(document->id);
    bodies.push_back(*document->body);
    queue.finish(document->sequence);
  }
  EXPECT_THAT(ids, ElementsAre("a-2", "a-3", "b-4"));
  EXPECT_THAT(bodies, ElementsAre("2", "3", "4"));
}

TEST_F(WebhookQueue, LeavesOutWhatWasNotWrittenToItsEndAndWhatIsNotIts) {
  std::filesystem::create_directory(folder_);
  std::ofstream(folder_ / "00000000000000000007.x-7.json.unfinished") << "{";
  std::ofstream(folder_ / "00000000000000000008.x-8.json") << "8";
  std::ofstream(folder_ / "9.x-9.json") << "9";
  std::ofstream(folder_ / "notes.txt") << "mine";
  std::filesystem::create_symlink("/etc/passwd", folder_ / "00000000000000000010.x-10.json");
  Queue queue({}, "b", spool(), note_trouble());
  EXPECT_EQ(queue.next_id(), "b-9");
  EXPECT_THAT(drain(queue), ElementsAre("8"));
  EXPECT_THAT(files(), ElementsAre("00000000000000000010.x-10.json", "9.x-9.json", "notes.txt"));
}

TEST_F(WebhookQueue, KeepsWithinItsLimitAndDropsTheOldest) {
  constexpr std::size_t kBlock = 4096;
  for (const bool on_disk : {false, true}) {
    Queue queue({.bytes = 3 * kBlock}, "run", on_disk ? spool() : std::nullopt, note_trouble());
    const auto body = [](char c) { return std::string(kBlock, c); };
    for (const char c : {'a', 'b', 'c'}) {
      EXPECT_EQ(queue.push(body(c)), 0U);
    }
    EXPECT_EQ(queue.counts().bytes, 3 * kBlock);
    EXPECT_EQ(queue.push(body('d')), 1U);
    EXPECT_EQ(queue.push(body('e') + body('e')), 2U);
    EXPECT_EQ(queue.counts().bytes, 3 * kBlock);
    if (on_disk) {
      EXPECT_EQ(bytes_in_files(), 3 * kBlock);
    }
    // One that could never be there pushes nobody out.
    EXPECT_EQ(queue.push(std::string(3 * kBlock + 1, 'f')), 1U);
    EXPECT_THAT(drain(queue), ElementsAre(body('d'), body('e') + body('e')));
    EXPECT_EQ(queue.counts().dropped, 4U);
    EXPECT_EQ(queue.counts().bytes, 0U);
  }
}

TEST_F(WebhookQueue, KeepsWithinAnotherLimitThanBefore) {
  constexpr std::size_t kBlock = 4096;
  {
    Queue queue({}, "a", spool(), note_trouble());
    for (const char* const body : {"1", "2", "3"}) {
      queue.push(body);
    }
  }
  Queue queue({.bytes = 2 * kBlock}, "b", spool(), note_trouble());
  EXPECT_EQ(queue.counts().dropped, 1U);
  EXPECT_EQ(files().size(), 2U);
  EXPECT_THAT(drain(queue), ElementsAre("2", "3"));
}

TEST_F(WebhookQueue, BoundsTheNumberOfDocuments) {
  Queue queue({.documents = 2}, "run", spool(), note_trouble());
  for (const char* const body : {"1", "2", "3"}) {
    queue.push(body);
  }
  EXPECT_THAT(drain(queue), ElementsAre("2", "3"));
}

TEST_F(WebhookQueue, CountsOneThatLeftOnItsWayOnlyIfItWasNotDelivered) {
  for (const bool delivered : {false, true}) {
    Queue queue({.documents = 1}, "run", std::nullopt, note_trouble());
    queue.push("1");
    const auto first = queue.wait_for_oldest({});
    EXPECT_EQ(queue.push("2"), 1U);
    if (delivered) {
      queue.finish(first->sequence);
    } else {
      EXPECT_FALSE(queue.is_wanted(first->sequence));
    }
    EXPECT_EQ(queue.counts().dropped, delivered ? 0U : 1U);
    EXPECT_THAT(drain(queue), ElementsAre("2"));
  }
}

TEST_F(WebhookQueue, KeepsInMemoryWhatTheDiskDoesNotTake) {
  Queue queue({.bytes_in_memory = std::size_t{2} * 4096}, "run", spool(), note_trouble());
  queue.push("on disk");
  // As good as a full disk: no file can be made any more, and tests may run as root, whom no mode stops.
  std::filesystem::remove_all(folder_);
  for (const char* const body : {"1", "2"}) {
    EXPECT_EQ(queue.push(body), 0U);
  }
  EXPECT_EQ(troubles_.size(), 2U);
  EXPECT_THAT(troubles_.front(), HasSubstr("No such file or directory"));
  EXPECT_EQ(queue.push("3"), 2U) << "the oldest leave, wherever they are";
  EXPECT_THAT(drain(queue), ElementsAre("2", "3"));
  EXPECT_EQ(queue.counts().dropped, 2U);
}

TEST_F(WebhookQueue, PassesOverWhatCannotBeRead) {
  Queue queue({}, "run", spool(), note_trouble());
  queue.push("1");
  queue.push("2");
  std::filesystem::remove(folder_ / files().front());
  EXPECT_THAT(drain(queue), ElementsAre("2"));
  EXPECT_EQ(queue.counts().dropped, 1U);
  EXPECT_EQ(troubles_.size(), 1U);
}

TEST_F(WebhookQueue, WakesWhoWaits) {
  Queue queue({}, "run", std::nullopt, note_trouble());
  std::stop_source stop;
  std::optional<Queue::Document> taken;
  std::jthread taker([&] {
    taken = queue.wait_for_oldest(stop.get_token());
    queue.finish(taken->sequence);
    EXPECT_FALSE(queue.wait_for_oldest(stop.get_token()));
  });
  queue.push("1");
  while (queue.counts().documents > 0) {
    std::this_thread::yield();
  }
  stop.request_stop();
  taker.join();
  EXPECT_EQ(*taken->body, "1");
}

TEST_F(WebhookQueue, GivesNothingMoreOnceStopped) {
  Queue queue({}, "run", std::nullopt, note_trouble());
  queue.push("1");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(queue.wait_for_oldest(stop.get_token()));
}

TEST_F(WebhookQueue, TwoThreadsLoseNothing) {
  constexpr int kDocuments = 500;
  Queue queue({}, "run", spool(), note_trouble());
  std::vector<std::string> taken;
  std::jthread taker([&] {
    while (taken.size() < kDocuments) {
      const auto document = queue.wait_for_oldest({});
      taken.push_back(*document->body);
      queue.finish(document->sequence);
    }
  });
  std::vector<std::string> given;
  for (int i = 0; i < kDocuments; ++i) {
    given.push_back(std::to_string(i));
    queue.push(given.back());
  }
  taker.join();
  EXPECT_EQ(taken, given);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(WebhookQueue, AFolderIsForOneProgramAndOneUser) {
  const auto first = spool();
  struct stat status {};
  ASSERT_EQ(::stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  const auto second = Spool::open(folder_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().context,
            folder_.string() + ": another program uses it; give each one a folder of its own");
}

TEST_F(WebhookQueue, SaysWhyAFolderCannotBeUsed) {
  std::ofstream(parent_ / "file") << "x";
  const auto in_a_file = Spool::open(parent_ / "file" / "target");
  ASSERT_FALSE(in_a_file);
  EXPECT_THAT(in_a_file.error().context, HasSubstr("Not a directory"));
  const auto a_file = Spool::open(parent_ / "file");
  ASSERT_FALSE(a_file);
  EXPECT_THAT(a_file.error().context, HasSubstr("Not a directory"));
  std::filesystem::create_directory_symlink("/tmp", folder_);
  const auto a_link = Spool::open(folder_);
  ASSERT_FALSE(a_link);
}

}  // namespace
}  // namespace glusterfs_exporter::webhook
