#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "common/unique_fd.hpp"
#include "gluster/local/proc.hpp"
#include "gluster/local/processes.hpp"
#include "support/local_fake_proc.hpp"

namespace glusterfs_exporter::gluster::local {
namespace {

using model::DaemonKind;
using test::FakeProc;
using test::FakeProcess;
using test::put_file;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string kUs = "d03e0e4a-fda6-47d7-997d-afa33023cac0";
const std::string kThem = "6463e4f4-80c2-40b3-9adf-fc11b33e4037";

LocalBrick brick_of(const std::string& volume, const std::string& path) {
  return {.volume = volume, .id = {.host = "host1", .path = path}};
}

/// Nodes whose files lie in folders of their own, as on a machine with several.
class LocalProcesses : public testing::Test {
 protected:
  [[nodiscard]] std::string run(const std::string& node) const {
    return (files_.path() / node / "run").string();
  }
  [[nodiscard]] std::string work(const std::string& node) const {
    return (files_.path() / node / "wd").string();
  }

  [[nodiscard]] std::string pid_file(const std::string& node, const std::string& volume,
                                     const std::string& dashed) const {
    return run(node) + "/vols/" + volume + "/host1" + dashed + ".pid";
  }

  [[nodiscard]] std::string brick_command(const std::string& node, const std::string& uuid,
                                          const std::string& volume, const std::string& path) const {
    std::string dashed = path;
    std::ranges::replace(dashed, '/', '-');
    return "/usr/sbin/glusterfsd -s host1 --volfile-id " + volume + ".host1." + dashed.substr(1) + " -p " +
           pid_file(node, volume, dashed) + " -S /run/" + volume + ".socket --brick-name " + path +
           " -l /log --xlator-option *-posix.glusterd-uuid=" + uuid +
           " --process-name brick --brick-port 51714 --xlator-option x.listen-port=51714";
  }

  [[nodiscard]] std::string glusterd_command(const std::string& node) const {
    return "/usr/sbin/glusterd --xlator-option management.working-directory=" + work(node) +
           " --xlator-option=management.run-directory=" + run(node);
  }

  void put_glusterd(int pid, const std::string& node, const std::string& uuid) {
    put_file(work(node) + "/glusterd.info", "operating-version=100000\nUUID=" + uuid + "\n");
    proc_.put({.pid = pid, .comm = "glusterd"}, glusterd_command(node));
  }

  void put_brick(const FakeProcess& process, const std::string& node, const std::string& uuid,
                 const std::string& volume, const std::string& path) {
    proc_.put(process, brick_command(node, uuid, volume, path));
  }

  [[nodiscard]] NodeProcesses read(const std::vector<LocalBrick>& bricks, const std::string& uuid = kUs) {
    auto result = reader_.read(uuid, bricks);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().context);
    return result.value_or(NodeProcesses{});
  }

  /// The pid of each brick that runs, by path.
  [[nodiscard]] std::map<std::string, int> pids(const std::vector<LocalBrick>& bricks,
                                                const std::string& uuid = kUs) {
    std::map<std::string, int> pids;
    for (const auto& [id, process] : read(bricks, uuid).bricks) {
      pids[id.path] = process.key.pid;
    }
    return pids;
  }

  using Pids = std::map<std::string, int>;

  FakeProc proc_;
  test::TemporaryFolder files_;
  ProcessReader reader_{proc_.root()};
  int last_pid_ = 100;
};

std::vector<std::pair<DaemonKind, int>> daemons_of(const NodeProcesses& node) {
  std::vector<std::pair<DaemonKind, int>> daemons;
  for (const auto& daemon : node.daemons) {
    daemons.emplace_back(daemon.kind, daemon.key.pid);
  }
  return daemons;
}

TEST_F(LocalProcesses, TellsAllOfAHealthyNode) {
  put_glusterd(10, "n1", kUs);
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  proc_.put({.pid = 12, .comm = "glusterfs"},
            "/usr/sbin/glusterfs -s host1 --volfile-id shd/vol -p " + run("n1") +
                "/shd/vol/vol-shd.pid -S /run/shd.socket --xlator-option *replicate*.node-uuid=" + kUs +
                " --process-name glustershd --client-pid=-6");
  for (const auto& [pid, name] : std::map<int, std::string>{{13, "quotad"}, {14, "bitd"}, {15, "scrub"}}) {
    proc_.put({.pid = pid, .comm = "glusterfs"}, "/usr/sbin/glusterfs -s host1 --volfile-id gluster/" + name +
                                                     " -p " + run("n1") + "/" + name + "/" + name +
                                                     ".pid --process-name " + name);
  }
  proc_.put({.pid = 16, .comm = "glusterfsd"}, "/usr/sbin/glusterfsd -s host1 --volfile-id snapd/vol -p " +
                                                   run("n1") +
                                                   "/vols/vol/vol-snapd.pid --brick-name snapd-vol "
                                                   "--process-name snapd");
  proc_.put({.pid = 17, .comm = "glusterfs"},
            "/usr/sbin/glusterfs --volfile-server=host1 --volfile-id=vol /mnt");
  proc_.put({.pid = 18, .comm = "glusterfs"}, "/usr/sbin/glusterfs -s host1 --process-name rebalance");
  proc_.put({.pid = 20, .comm = "glustereventsd"}, "python3 /usr/sbin/glustereventsd --pid-file /run/e.pid");
  proc_.put({.pid = 21, .comm = "glustereventsd", .parent = 20},
            "python3 /usr/sbin/glustereventsd --pid-file /run/e.pid");
  proc_.put({.pid = 22, .comm = "vim"}, "vim /usr/sbin/glustereventsd");

  const auto node = read({brick_of("vol", "/bricks/a"), brick_of("vol", "/bricks/b")});

  EXPECT_EQ(node.gluster_version, "10.3");
  EXPECT_THAT(daemons_of(node),
              UnorderedElementsAre(std::pair(DaemonKind::glusterd, 10), std::pair(DaemonKind::self_heal, 12),
                                   std::pair(DaemonKind::quota, 13), std::pair(DaemonKind::bitrot, 14),
                                   std::pair(DaemonKind::scrubber, 15), std::pair(DaemonKind::snapshot, 16),
                                   std::pair(DaemonKind::events, 20)));
  ASSERT_EQ(node.bricks.size(), 1U);
  const auto& brick = node.bricks.at({.host = "host1", .path = "/bricks/a"});
  EXPECT_EQ(brick.key, (ProcessKey{.pid = 11, .start_ticks = 5000}));
  EXPECT_EQ(brick.socket, "/run/vol.socket");
  EXPECT_EQ(brick.port, 51714);
  EXPECT_EQ(brick.version, "10.3");
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_DOUBLE_EQ(brick.usage.cpu_seconds, 300 / ticks);
  EXPECT_EQ(brick.usage.resident_bytes, 10U * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(brick.usage.threads, 17U);
  EXPECT_EQ(brick.usage.open_fds, 3U);
  const std::chrono::duration<double> start = brick.usage.start_time.time_since_epoch();
  EXPECT_NEAR(start.count(), 1000 + 5000 / ticks, 0.001);
}

TEST_F(LocalProcesses, KeepsTwoNodesOfOneMachineApart) {
  put_glusterd(10, "n1", kUs);
  put_glusterd(20, "n2", kThem);
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/same/path");
  put_brick({.pid = 21, .comm = "glusterfsd"}, "n2", kThem, "vol", "/same/path");
  proc_.put({.pid = 22, .comm = "glusterfs"},
            "glusterfs -p " + run("n2") + "/quotad/quotad.pid --process-name quotad");
  const std::vector bricks{brick_of("vol", "/same/path")};

  EXPECT_EQ(pids(bricks, kUs), (Pids{{"/same/path", 11}}));
  EXPECT_EQ(pids(bricks, kThem), (Pids{{"/same/path", 21}}));
  EXPECT_THAT(daemons_of(read(bricks, kUs)), UnorderedElementsAre(std::pair(DaemonKind::glusterd, 10)));
  EXPECT_THAT(daemons_of(read(bricks, kThem)),
              UnorderedElementsAre(std::pair(DaemonKind::glusterd, 20), std::pair(DaemonKind::quota, 22)));
  EXPECT_THAT(daemons_of(read(bricks, "")), IsEmpty());
}

TEST_F(LocalProcesses, ABricksPortIsTheFirstOfItsCommandLine) {
  const auto port_of = [this](const std::string& words) {
    const std::string command = "glusterfsd -s host1 -p " + pid_file("n1", "vol", "-b") +
                                " --brick-name /b --xlator-option *-posix.glusterd-uuid=" + kUs +
                                " --process-name brick" + words;
    proc_.put({.pid = ++last_pid_, .comm = "glusterfsd"}, command);
    const auto node = read({brick_of("vol", "/b")});
    proc_.remove(last_pid_);
    EXPECT_EQ(node.bricks.size(), 1U);
    return node.bricks.begin()->second.port;
  };
  EXPECT_EQ(port_of(" --brick-port 49152"), 49152);
  EXPECT_EQ(port_of(" --brick-port=65535"), 65535);
  EXPECT_EQ(port_of(" --brick-port 49152,49153"), 49152) << "TCP and RDMA";
  for (const auto* words : {"", " --brick-port", " --brick-port 0", " --brick-port 65536", " --brick-port -1",
                            " --brick-port ,49153", " --brick-port 4x"}) {
    EXPECT_EQ(port_of(words), std::nullopt) << words;
  }
}

TEST_F(LocalProcesses, FindsBricksThatShareAProcessByTheirPidFiles) {
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "one", "/bricks/one");
  put_file(pid_file("n1", "one", "-bricks-one"), "11\n");
  put_file(pid_file("n1", "two", "-bricks-two"), "11\n");
  const std::vector bricks{brick_of("one", "/bricks/one"), brick_of("two", "/bricks/two"),
                           brick_of("three", "/bricks/three")};
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/one", 11}, {"/bricks/two", 11}}));

  // Detaching a brick takes its pid file away. The process is still named after the brick and lives on.
  std::filesystem::remove(pid_file("n1", "one", "-bricks-one"));
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/two", 11}}));
}

TEST_F(LocalProcesses, TakesABrickForRunningWhosePidFileIsLost) {
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids({brick_of("vol", "/bricks/a")}), (Pids{{"/bricks/a", 11}}));
}

TEST_F(LocalProcesses, DoesNotTrustAPidFileAlone) {
  put_glusterd(10, "n1", kUs);
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  put_brick({.pid = 21, .comm = "glusterfsd"}, "n2", kThem, "vol", "/bricks/a");
  proc_.put({.pid = 30, .comm = "bash"}, "bash");
  const std::vector bricks{brick_of("vol", "/bricks/gone")};
  for (const std::string text : {"30\n", "10\n", "21\n", "999\n", "", "abc", "-11\n", "11 12\n"}) {
    put_file(pid_file("n1", "vol", "-bricks-gone"), text);
    EXPECT_EQ(pids(bricks), Pids{}) << text;
  }
}

TEST_F(LocalProcesses, NoticesThatAPidWasUsedAgain) {
  const std::vector bricks{brick_of("vol", "/bricks/a"), brick_of("vol", "/bricks/b")};
  put_brick({.pid = 11, .comm = "glusterfsd", .start_ticks = 5000}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/a", 11}}));
  put_brick({.pid = 11, .comm = "glusterfsd", .start_ticks = 9000}, "n1", kUs, "vol", "/bricks/b");
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/b", 11}}));
  proc_.put({.pid = 11, .comm = "bash", .start_ticks = 9900}, "bash");
  EXPECT_EQ(pids(bricks), Pids{});
}

TEST_F(LocalProcesses, SeesWhatComesAndGoes) {
  const std::vector bricks{brick_of("vol", "/bricks/a")};
  EXPECT_EQ(pids(bricks), Pids{});
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/a", 11}}));
  proc_.remove(11);
  EXPECT_EQ(pids(bricks), Pids{});
}

TEST_F(LocalProcesses, SeesWithinTenReadsThatAnOldProcessHasBecomeGlusters) {
  const std::vector bricks{brick_of("vol", "/bricks/a")};
  proc_.put({.pid = 11, .comm = "bash"}, "bash start.sh");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(pids(bricks), Pids{});
  }
  // exec keeps the pid and the start.
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  int reads = 1;
  while (reads < 100 && pids(bricks).empty()) {
    ++reads;
  }
  EXPECT_LE(reads, 10);
}

TEST_F(LocalProcesses, ReadsACommandLineAnewAfterExec) {
  const std::vector bricks{brick_of("vol", "/bricks/a")};
  put_glusterd(10, "n1", kUs);
  proc_.put({.pid = 11, .comm = "glusterd", .parent = 10}, glusterd_command("n1"));  // forked, about to exec
  EXPECT_THAT(daemons_of(read(bricks)), UnorderedElementsAre(std::pair(DaemonKind::glusterd, 10)));
  put_brick({.pid = 11, .comm = "glusterfsd", .parent = 10}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/a", 11}}));
}

TEST_F(LocalProcesses, TakesTheChildOfABrickThatMakesItselfADaemon) {
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  put_brick({.pid = 12, .comm = "glusterfsd", .parent = 11}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids({brick_of("vol", "/bricks/a")}), (Pids{{"/bricks/a", 12}}));
}

TEST_F(LocalProcesses, DoesNotTakeTheDeadForLiving) {
  const std::vector bricks{brick_of("vol", "/bricks/a")};
  put_file(pid_file("n1", "vol", "-bricks-a"), "11\n");
  for (const char state : {'Z', 'X', 'x'}) {
    put_brick({.pid = 11, .comm = "glusterfsd", .state = state}, "n1", kUs, "vol", "/bricks/a");
    EXPECT_EQ(pids(bricks), Pids{}) << state;
  }
  proc_.remove(11);
  EXPECT_EQ(pids(bricks), Pids{});
  put_brick({.pid = 11, .comm = "glusterfsd", .state = 'D'}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids(bricks), (Pids{{"/bricks/a", 11}}));
  put_brick({.pid = 11, .comm = "glusterfsd", .state = 'Z'}, "n1", kUs, "vol", "/bricks/a");
  EXPECT_EQ(pids(bricks), Pids{});
}

TEST_F(LocalProcesses, SurvivesHostileFiles) {
  put_brick({.pid = 11, .comm = "glusterfsd"}, "n1", kUs, "vol", "/bricks/a");
  proc_.put({.pid = 40, .comm = "glusterfsd"}, "");
  proc_.put({.pid = 41, .comm = "glusterfsd"}, "x");
  put_file(proc_.of(41) / "cmdline", std::string(1000000, 'a'));  // huge, no NUL
  proc_.put({.pid = 42, .comm = "glusterfsd"}, "x");
  put_file(proc_.of(42) / "cmdline", "");
  proc_.put({.pid = 43, .comm = "glusterfsd"}, brick_command("n1", kUs, "vol", "/bricks/\xff\xfe"), "../..");
  proc_.put({.pid = 44, .comm = "glusterd"}, "glusterd --xlator-option");
  for (const std::string text : {"", "45", "45 (glusterfsd", "45 )glusterfsd( S 1", "45 (glusterfsd) S 1 2 3",
                                 "45 (glusterfsd) S 1 7 7 0 -1 1 1 1 1 1 a b c d 20 0 17 0 5 1 1"}) {
    proc_.put({.pid = 45, .comm = "x"}, brick_command("n1", kUs, "vol", "/bricks/x"));
    put_file(proc_.of(45) / "stat", text);
    EXPECT_EQ(pids({brick_of("vol", "/bricks/a"), brick_of("vol", "/bricks/x")}), (Pids{{"/bricks/a", 11}}))
        << text;
  }
  put_file(proc_.root() / "99999999999999999999" / "stat", "");
  std::filesystem::create_directories(proc_.of(46));

  const auto node = read({brick_of("vol", "/bricks/\xEF\xBF\xBD\xEF\xBF\xBD")});
  ASSERT_EQ(node.bricks.size(), 1U);
  EXPECT_EQ(node.bricks.begin()->second.key.pid, 43);
  EXPECT_EQ(node.bricks.begin()->second.version, "");
}

TEST_F(LocalProcesses, SaysWhenThereIsNoProc) {
  ProcessReader reader("/nonexistent/proc");
  const auto result = reader.read(kUs, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::exit);
  EXPECT_EQ(result.error().context, "/nonexistent/proc: No such file or directory");
}

TEST(LocalProc, ReadsNamesWithSpacesAndParentheses) {
  const auto stat =
      parse_stat(FakeProc::stat_line({.pid = 7, .comm = "a) S 9 (b", .start_ticks = 42, .parent = 3}));
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->comm, "a) S 9 (b");
  EXPECT_EQ(stat->parent, 3);
  EXPECT_EQ(stat->start_ticks, 42U);
}

TEST(LocalProc, ReadsTheVersionThatRuns) {
  EXPECT_EQ(gluster_version_in("/usr/lib/glusterfs/10.3/xlator/a.so\n"), "10.3");
  EXPECT_EQ(gluster_version_in("/usr/lib64/glusterfs/9.6/xlator/a.so (deleted)\n"), "9.6");
  EXPECT_EQ(gluster_version_in("/x/xlator/y\n/usr/lib/glusterfs/11.1/xlator/a.so"), "11.1");
  EXPECT_EQ(gluster_version_in("/usr/lib/glusterfs/10dev/xlator/a.so"), "");
  EXPECT_EQ(gluster_version_in("/usr/lib/glusterfs//xlator/a.so"), "");
  EXPECT_EQ(gluster_version_in("/xlator/"), "");
  EXPECT_EQ(gluster_version_in(""), "");
}

TEST(LocalProc, ReadsThisProcess) {
  const Proc proc("/proc");
  const auto stat = proc.stat(::getpid());
  ASSERT_TRUE(stat.has_value());
  EXPECT_TRUE(stat->lives());
  EXPECT_EQ(stat->parent, ::getppid());
  EXPECT_GT(stat->resident_pages, 0U);
  const auto fds = [&] { return proc.open_fds(::getpid()).value_or(0); };
  const auto before = fds();
  const int another = ::dup(0);
  EXPECT_EQ(fds(), before + 1);
  ::close(another);
  EXPECT_GT(proc.boot_time().value_or(0), 1000000000U);
  EXPECT_EQ(proc.gluster_version(::getpid()), "");
}

TEST(LocalProc, TellsTheSocketsOfAProcess) {
  const Proc proc("/proc");
  const auto before = proc.open_sockets(::getpid());
  ASSERT_TRUE(before.has_value());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct stat status {};
  ASSERT_EQ(::fstat(socket.get(), &status), 0);
  auto expected = *before;
  expected.insert(std::ranges::upper_bound(expected, status.st_ino), status.st_ino);
  EXPECT_EQ(proc.open_sockets(::getpid()), expected);

  std::vector<UniqueFd> files;
  for (int i = 0; i < 1000; ++i) {
    files.emplace_back(::dup(0));
  }
  EXPECT_EQ(proc.open_sockets(::getpid()), std::nullopt) << "too many to look at";
  EXPECT_EQ(proc.open_sockets(-1), std::nullopt);
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::local
