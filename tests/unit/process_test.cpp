#include "gluster/cli/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/source_dir.hpp"

namespace glusterfs_exporter::gluster {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLong{60};  // far more than anything here takes, unless it hangs
constexpr std::size_t kMiB = 1048576;
const std::string kHint = "; set --gluster.path to the path of the gluster program";

const std::string kHostileGluster = test::source_dir() / "tests/fakes/hostile_gluster";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& text, mode_t mode) {
  std::ofstream(path, std::ios::binary) << text;
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

bool within(seconds limit, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

struct ProcessState {
  char state = 'X';
  pid_t group = -1;
};

/// From /proc; state X when there is no such process. A zombie that is not our child counts as gone in what
/// follows: when it is reaped is up to init.
ProcessState look_up(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(") ");
  ProcessState result;
  if (name_end != std::string::npos) {
    pid_t parent = 0;
    std::istringstream(stat.substr(name_end + 2)) >> result.state >> parent >> result.group;
  }
  return result;
}

bool runs(pid_t pid) {
  const char state = look_up(pid).state;
  return state != 'X' && state != 'Z';
}

bool gone(pid_t pid) {
  return within(kLong, [pid] { return !runs(pid); });
}

bool group_runs(pid_t group) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
      const pid_t pid = std::stoi(name);
      if (look_up(pid).group == group && runs(pid)) {
        return true;
      }
    }
  }
  return false;
}

/// The number that a process writes into `path` in one go, followed by a line end; waits for it.
pid_t read_pid(const fs::path& path) {
  std::string text;
  EXPECT_TRUE(within(kLong, [&] { return (text = read_file(path)).ends_with('\n'); })) << path;
  return text.empty() ? -1 : std::stoi(text);
}

std::size_t open_descriptors() {
  const fs::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Sets a variable of this process for the life of the object.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) {
      before_ = before;
    }
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable() { before_ ? ::setenv(name_.c_str(), before_->c_str(), 1) : ::unsetenv(name_.c_str()); }

 private:
  std::string name_;
  std::optional<std::string> before_;
};

/// A folder of its own, made the working directory; and after each test: no child is left, running or zombie.
class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "process_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = fs::canonical(pattern);
    before_ = fs::current_path();
    fs::current_path(folder_);
  }

  void TearDown() override {
    errno = 0;
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  fs::path folder_;

 private:
  fs::path before_;
};

class HostileGlusterTest : public ProcessTest {};

Result<Finished> run(std::vector<std::string> argv, milliseconds deadline = kLong,
                     std::size_t most = 8 * kMiB, const std::stop_token& stop = {}) {
  return run_process(Command{std::move(argv), deadline, most}, stop);
}

Result<Finished> shell(const std::string& script, milliseconds deadline = kLong) {
  return run({"/bin/sh", "-c", script}, deadline);
}

std::string context_of(const Result<Finished>& result) {
  return result ? "finished: " + result->out + result->err : result.error().context;
}

/// Runs hostile_gluster in `mode`, as the program runs the CLI.
Result<Finished> ask(const std::string& mode, const std::vector<std::string>& question,
                     milliseconds deadline = kLong) {
  const ScopedVariable variable("HOSTILE_MODE", mode);
  std::vector<std::string> argv{kHostileGluster, "--mode=script"};
  argv.insert(argv.end(), question.begin(), question.end());
  return run(std::move(argv), deadline);
}

// What the program gives us.

TEST_F(ProcessTest, ReturnsExactOutputAndStatus) {
  const auto result = shell(R"(printf 'a\n\000b'; printf 'warning\n' >&2; exit 3)");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, std::string("a\n\0b", 4));
  EXPECT_EQ(result->err, "warning\n");
  EXPECT_EQ(result->exit_status, 3);
}

TEST_F(ProcessTest, EndBySignalIs128PlusItsNumber) {
  const auto result = shell("echo before; kill -TERM $$");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->exit_status, 128 + SIGTERM);
  EXPECT_EQ(result->out, "before\n");
}

TEST_F(ProcessTest, ReadsMuchOfBothOutputsAndCutsTheSecond) {
  const auto result =
      shell("head -c 3000000 /dev/zero | tr '\\0' o; head -c 3000000 /dev/zero | tr '\\0' e >&2; echo end");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, std::string(3000000, 'o') + "end\n");
  EXPECT_EQ(result->err, std::string(4096, 'e'));
}

TEST_F(ProcessTest, WaitsForAProgramThatClosesItsOutputs) {
  const auto result = shell("echo early; exec >&- 2>&-; sleep 0.2; exit 5");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "early\n");
  EXPECT_EQ(result->exit_status, 5);
}

// What the program is given.

TEST_F(ProcessTest, ArgumentsArriveVerbatim) {
  const auto result =
      run({"/usr/bin/printf", "[%s]\\n", "a b", "it's \"quoted\"", "$(touch x)", "; touch x", "*", ""});
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "[a b]\n[it's \"quoted\"]\n[$(touch x)]\n[; touch x]\n[*]\n[]\n");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ProcessTest, RunsInTheCLocaleWithTheRestOfTheEnvironment) {
  const ScopedVariable all("LC_ALL", "de_DE.UTF-8");
  const ScopedVariable messages("LC_MESSAGES", "de_DE.UTF-8");
  const ScopedVariable lang("LANG", "de_DE.UTF-8");
  const ScopedVariable language("LANGUAGE", "de:fr");
  const ScopedVariable similar("LANGUAGES_SPOKEN", "two words");
  const auto result = shell("env | grep -E '^(LC_|LANG)' | sort");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "LANGUAGES_SPOKEN=two words\nLC_ALL=C\n");
  EXPECT_STREQ(std::getenv("LANG"), "de_DE.UTF-8");
}

TEST_F(ProcessTest, StandardInputIsAtItsEnd) {
  const auto result = shell("cat; readlink /proc/$$/fd/0");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "/dev/null\n");
}

TEST_F(ProcessTest, PassesOnNoOtherDescriptor) {
  constexpr int kFarAbove = 50;
  const int leaky = ::fcntl(STDIN_FILENO, F_DUPFD, kFarAbove);
  ASSERT_GE(leaky, kFarAbove);
  const auto result = run({"/bin/ls", "/proc/self/fd"});
  ::close(leaky);
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "0\n1\n2\n3\n");  // 3 is the folder that ls reads
}

TEST_F(ProcessTest, WorksWhenOurOwnStandardStreamsAreClosed) {
  std::vector<int> saved;
  for (const int fd : {0, 1, 2}) {
    saved.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    ::close(fd);
  }
  const auto result = shell("cat; echo out; echo err >&2");
  for (const int fd : {0, 1, 2}) {
    ::dup2(saved[static_cast<std::size_t>(fd)], fd);
    ::close(saved[static_cast<std::size_t>(fd)]);
  }
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
}

TEST_F(ProcessTest, SignalsAreNeitherBlockedNorIgnored) {
  sigset_t block;
  sigset_t before;
  ::sigemptyset(&block);
  ::sigaddset(&block, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &block, &before), 0);
  const auto old_pipe = ::signal(SIGPIPE, SIG_IGN);
  const auto result = run({"/bin/grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"});
  ::signal(SIGPIPE, old_pipe);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  ASSERT_TRUE(result) << context_of(result);
  std::uint64_t blocked = 1;
  std::uint64_t ignored = 1;
  ASSERT_EQ(std::sscanf(result->out.c_str(), "SigBlk: %" SCNx64 " SigIgn: %" SCNx64, &blocked, &ignored), 2);
  EXPECT_EQ(blocked, 0U);
  // Signals 32 and 33 belong to glibc, which ignores them in what posix_spawn starts.
  constexpr std::uint64_t kOfGlibc = 0x180000000;
  EXPECT_EQ(ignored & ~kOfGlibc, 0U);
}

TEST_F(ProcessTest, LeadsAGroupOfItsOwn) {
  const auto result = shell("cut -d ' ' -f 5 /proc/$$/stat; echo $$");
  ASSERT_TRUE(result) << context_of(result);
  const std::string& out = result->out;
  const std::string group = out.substr(0, out.find('\n'));
  EXPECT_EQ(out, group + "\n" + group + "\n");
  EXPECT_NE(group, std::to_string(::getpgrp()));
}

// Limits.

TEST_F(ProcessTest, DeadlineEndsLeaderAndGrandchildThatIgnoreTerm) {
  const auto result = shell(
      "trap '' TERM; echo $$ >leader; sh -c 'echo $$ >grandchild; exec sleep 1000' & echo some; exec sleep "
      "1000",
      seconds(2));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_TRUE(result.error().context.starts_with("sh -c trap")) << context_of(result);
  EXPECT_TRUE(result.error().context.ends_with(": no answer within 2 s, ended it")) << context_of(result);
  EXPECT_EQ(look_up(read_pid("leader")).state, 'X');
  EXPECT_TRUE(gone(read_pid("grandchild")));
}

TEST_F(ProcessTest, DeadlineHoldsWhenTheOutputsAreClosed) {
  const auto result = run({"/bin/sh", "-c", "exec >&- 2>&- sleep 1000"}, milliseconds(250));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(result.error().context, "sh -c exec >&- 2>&- sleep 1000: no answer within 250 ms, ended it");
}

TEST_F(ProcessTest, DeadlineHoldsWhileStandardErrorIsFlooded) {
  const auto result = shell("exec yes >&2", milliseconds(250));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
}

TEST_F(ProcessTest, OutputOfExactlyTheLimitIsWhole) {
  const auto result = run({"/usr/bin/printf", "12345"}, kLong, 5);
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "12345");
}

TEST_F(ProcessTest, OneByteMoreIsTooMuch) {
  const auto result = run({"/usr/bin/printf", "123456"}, kLong, 5);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::oversize);
  EXPECT_EQ(result.error().context, "printf 123456: more than 5 bytes of output, ended it");
}

// Stopping.

TEST_F(ProcessTest, StopFromAnotherThreadEndsTheGroup) {
  std::stop_source source;
  const std::jthread stopper([&source, this] {
    read_pid(folder_ / "grandchild");
    source.request_stop();
  });
  const std::string script = "echo $$ >leader; sh -c 'echo $$ >grandchild; exec sleep 1000' & wait";
  const auto result = run({"/bin/sh", "-c", script}, 10 * kLong, kMiB, source.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(result.error().context, "sh -c " + script + ": this program is stopping, ended it");
  EXPECT_EQ(look_up(read_pid("leader")).state, 'X');
  EXPECT_TRUE(gone(read_pid("grandchild")));
}

TEST_F(ProcessTest, TermComesBeforeKill) {
  std::stop_source source;
  const std::jthread stopper([&source, this] {
    read_pid(folder_ / "ready");
    source.request_stop();
  });
  const auto result = run(
      {"/bin/sh", "-c", "trap 'echo TERM >seen; exit 0' TERM; echo $$ >ready; while :; do sleep 0.05; done"},
      kLong, kMiB, source.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(read_file("seen"), "TERM\n");
}

TEST_F(ProcessTest, StartsNothingOnceStopped) {
  std::stop_source source;
  source.request_stop();
  const auto result = run({"/usr/bin/touch", "started"}, kLong, kMiB, source.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(result.error().context, "touch started: this program is stopping, did not start it");
  EXPECT_FALSE(fs::exists("started"));
}

// Processes that outlive their leader.

TEST_F(ProcessTest, GrandchildThatHoldsThePipesDelaysNothing) {
  const auto result =
      shell("trap '' TERM; sleep 1000 & echo $! >grandchild; echo answer; echo warning >&2; exit 4");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "answer\n");
  EXPECT_EQ(result->err, "warning\n");
  EXPECT_EQ(result->exit_status, 4);
  EXPECT_TRUE(gone(read_pid("grandchild")));
}

TEST_F(ProcessTest, ProcessThatLeftTheGroupDelaysNothing) {
  const auto result = shell(
      "setsid sh -c 'echo $$ >escaped; exec sleep 1000' & while [ ! -s escaped ]; do sleep 0.01; done; echo "
      "answer");
  const pid_t escaped = read_pid("escaped");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "answer\n");
  EXPECT_TRUE(runs(escaped));  // it did leave
  ::kill(escaped, SIGKILL);
  EXPECT_TRUE(gone(escaped));
}

TEST_F(ProcessTest, ProcessThatLeftTheGroupDoesNotHoldUpTheDeadline) {
  const auto result = shell("setsid sh -c 'echo $$ >escaped; exec sleep 1000' & exec sleep 1000", seconds(2));
  const pid_t escaped = read_pid("escaped");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  ::kill(escaped, SIGKILL);
  EXPECT_TRUE(gone(escaped));
}

TEST_F(ProcessTest, ProcessThatLeftTheGroupAndWritesWithoutEndDelaysNothing) {
  const auto result = shell(
      "setsid sh -c 'echo $$ >escaped; exec yes >&2' & while [ ! -s escaped ]; do sleep 0.01; done; sleep "
      "0.1; "
      "echo answer");
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "answer\n");
  EXPECT_EQ(result->err.size(), 4096U);
  EXPECT_TRUE(gone(read_pid("escaped")));  // by SIGPIPE: our end is closed
}

/// A leader that is dead but that the kernel does not hand over, because a debugger has not let go of it.
TEST_F(ProcessTest, LeaderThatCannotBeReapedHoldsNothingUp) {
  const pid_t debugger = ::fork();
  ASSERT_GE(debugger, 0);
  if (debugger == 0) {
    const pid_t leader = read_pid("leader");
    if (::ptrace(PTRACE_SEIZE, leader, nullptr, nullptr) != 0) {
      ::_exit(1);
    }
    std::ofstream("attached") << "yes\n";
    for (;;) {
      ::pause();
    }
  }
  const auto result = shell("echo $$ >leader; while :; do sleep 0.05; done", seconds(2));
  const bool attached = fs::exists("attached");
  int debugger_status = 0;
  const bool debugger_ended = ::waitpid(debugger, &debugger_status, WNOHANG) == debugger;
  if (!debugger_ended) {
    ::kill(debugger, SIGKILL);
    ASSERT_EQ(::waitpid(debugger, &debugger_status, 0), debugger);
  }
  if (!attached) {
    GTEST_SKIP() << "ptrace is not allowed here";
  }
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(result.error().context,
            "sh -c echo $$ >leader; while :; do sleep 0.05; done: no answer within 2 s, told it to end, but "
            "it could "
            "not be reaped");
  // Now that the debugger is gone, the background thread gets the leader: no zombie is left.
  EXPECT_TRUE(within(kLong, [] { return ::waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) != 0; }));
  EXPECT_EQ(look_up(read_pid("leader")).state, 'X');
}

// Programs that do not start.

TEST_F(ProcessTest, MissingProgram) {
  const auto result = run({"/nonexistent/gluster", "pool", "list"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::spawn);
  EXPECT_EQ(result.error().context, "/nonexistent/gluster: no such file" + kHint);
}

TEST_F(ProcessTest, NoProgram) {
  for (const auto& argv : {std::vector<std::string>{}, std::vector<std::string>{""}}) {
    const auto result = run(argv);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::spawn);
    EXPECT_EQ(result.error().context, "no program named" + kHint);
  }
}

TEST_F(ProcessTest, FileThatIsNotExecutable) {
  write_file("plain", "#!/bin/sh\n", 0644);
  for (const fs::path& path : {folder_ / "plain", folder_}) {
    const auto result = run({path.string()});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::spawn);
    EXPECT_EQ(result.error().context, path.string() + ": not an executable file" + kHint);
  }
}

TEST_F(ProcessTest, FileThatIsNoProgram) {
  write_file("garbage", "echo this must not be given to a shell\n", 0755);
  const std::string path = folder_ / "garbage";
  const auto result = run({path, "pool", "list"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::spawn);
  EXPECT_EQ(result.error().context, "garbage pool list: cannot start " + path + ": Exec format error");
}

TEST_F(ProcessTest, ScriptWithoutItsInterpreter) {
  write_file("script", "#!/nonexistent/python\n", 0755);
  const std::string path = folder_ / "script";
  const auto result = run({path});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::spawn);
  EXPECT_EQ(result.error().context, "script: cannot start " + path + ": No such file or directory");
}

TEST_F(ProcessTest, RefusesToRunWhileSigchldIsIgnored) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  const auto result = run({"/bin/true"});
  ::signal(SIGCHLD, before);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::spawn);
  EXPECT_EQ(result.error().context, "true: cannot start /bin/true: this process ignores SIGCHLD");
}

TEST_F(ProcessTest, SaysSoWhenDescriptorsRunOutAndLeavesNothingBehind) {
  constexpr rlim_t kNeeded = 6;  // one to be stopped by, two pipes, one to see the end by
  const std::size_t open_before = open_descriptors();
  // Close the gaps between the open descriptors, or the limit would not say how many are left.
  int highest = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    highest = std::max(highest, std::stoi(entry.path().filename()));
  }
  std::vector<int> fillers;
  do {
    fillers.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_GE(fillers.back(), 0);
  } while (fillers.back() <= highest);
  const auto first_free = static_cast<rlim_t>(fillers.back()) + 1;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::vector<Result<Finished>> results;
  for (rlim_t more = 0; more <= kNeeded; ++more) {
    const rlimit limit{.rlim_cur = first_free + more, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    results.push_back(run({"/bin/echo", "started"}));
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  std::ranges::for_each(fillers, ::close);

  ASSERT_TRUE(results.back()) << context_of(results.back());
  EXPECT_EQ(results.back()->out, "started\n");
  results.pop_back();
  for (const auto& result : results) {
    ASSERT_FALSE(result) << context_of(result);
    EXPECT_EQ(result.error().kind, ErrorKind::spawn);
    EXPECT_EQ(result.error().context, &result == &results.front()
                                          ? "echo started: cannot start it: Too many open files"
                                          : "echo started: cannot start /bin/echo: Too many open files");
  }
  EXPECT_EQ(open_descriptors(), open_before);
}

// Finding the program.

TEST_F(ProcessTest, FindsANameInTheAbsoluteFoldersOfPath) {
  for (const char* name : {"first", "second", "third"}) {
    fs::create_directory(name);
  }
  write_file("first/tool", "#!/bin/sh\n", 0644);
  write_file("second/tool", "#!/bin/sh\necho second \"$1\"\n", 0755);
  write_file("third/tool", "#!/bin/sh\n", 0755);
  const std::string folder = folder_.string();
  const ScopedVariable path("PATH",
                            "third:" + folder + "/first:" + folder + "/second:" + folder + "/third:/usr/bin");
  const auto found = find_program("tool");
  ASSERT_TRUE(found) << found.error().context;
  EXPECT_EQ(*found, folder + "/second/tool");
  const auto result = run({"tool", "argument"});
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->out, "second argument\n");
}

TEST_F(ProcessTest, FindsANameInTheUsualFolders) {
  const ScopedVariable path("PATH", "/nonexistent");
  EXPECT_EQ(find_program("ldconfig").value_or(""), "/usr/sbin/ldconfig");
  EXPECT_EQ(find_program("sh").value_or(""), "/usr/bin/sh");
}

TEST_F(ProcessTest, SaysWhereItLookedForAName) {
  write_file("no-such-tool", "#!/bin/sh\n", 0755);  // the working directory does not count
  const ScopedVariable path("PATH", ":.:/opt/bin:/usr/bin:");
  const auto found = find_program("no-such-tool");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::spawn);
  EXPECT_EQ(
      found.error().context,
      "no-such-tool: not found in /opt/bin:/usr/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/bin" +
          kHint);
}

TEST_F(ProcessTest, TakesAPathAsItIs) {
  fs::create_directory("sub");
  write_file("sub/tool", "#!/bin/sh\n", 0755);
  EXPECT_EQ(find_program(folder_.string() + "/sub/tool").value_or(""), folder_.string() + "/sub/tool");
  EXPECT_EQ(find_program("sub/tool").value_or(""), folder_.string() + "/sub/tool");
  const auto missing = find_program("sub/other");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().context, folder_.string() + "/sub/other: no such file" + kHint);
}

// Many runs.

TEST_F(ProcessTest, ManyRunsLeakNoDescriptor) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 200; ++i) {
    const auto result = run({"/bin/true"});
    ASSERT_TRUE(result) << context_of(result);
    ASSERT_EQ(result->exit_status, 0);
    ASSERT_FALSE(run({"/nonexistent/gluster"}));
  }
  ASSERT_FALSE(shell("exec sleep 1000", milliseconds(10)));
  ASSERT_FALSE(run({"/usr/bin/yes"}, kLong, 1));
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProcessTest, ThreadsDoNotDisturbEachOther) {
  constexpr int kThreads = 8;
  constexpr int kRuns = 25;
  std::atomic<int> right{0};
  std::atomic<int> timeouts{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([thread, &right] {
        for (int i = 0; i < kRuns; ++i) {
          const std::string text = std::to_string(thread) + " " + std::to_string(i);
          const auto result =
              run({"/bin/sh", "-c", "echo \"$1\"; exit \"$2\"", "sh", text, std::to_string(thread)});
          right +=
              result && result->out == text + "\n" && result->err.empty() && result->exit_status == thread;
        }
      });
    }
    threads.emplace_back([&timeouts] {
      for (int i = 0; i < 3; ++i) {
        const auto result = shell("sleep 1000 & exec sleep 1000", milliseconds(100));
        timeouts += !result && result.error().kind == ErrorKind::timeout;
      }
    });
  }
  EXPECT_EQ(right, kThreads * kRuns);
  EXPECT_EQ(timeouts, 3);
}

// The stand-in for the CLI that other tests rely on.

TEST_F(HostileGlusterTest, HangLeavesNobodyBehind) {
  const ScopedVariable log("HOSTILE_LOG", "log");
  const auto result = ask("hang", {"volume", "status", "all", "--xml"}, seconds(2));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(result.error().context,
            "hostile_gluster --mode=script volume status all --xml: no answer within 2 s, ended it");
  const std::string line = read_file("log");
  const pid_t leader = std::stoi(line);
  EXPECT_EQ(line, std::to_string(leader) + " --mode=script volume status all --xml\n");
  EXPECT_EQ(look_up(leader).state, 'X');
  EXPECT_TRUE(within(kLong, [leader] { return !group_runs(leader); }));
}

TEST_F(HostileGlusterTest, FloodIsTooMuch) {
  const auto result = ask("flood", {"volume", "info", "--xml"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::oversize);
  EXPECT_EQ(result.error().context,
            "hostile_gluster --mode=script volume info --xml: more than 8388608 bytes of output, ended it");
}

TEST_F(HostileGlusterTest, SpoilsTheSameGoodAnswer) {
  const std::vector<std::string> question{"pool", "list", "--xml"};
  const auto good = ask("exit2-good-xml", question);
  const auto half = ask("truncate", question);
  const auto text_first = ask("text-before-xml", question);
  ASSERT_TRUE(good && half && text_first);
  EXPECT_EQ(good->exit_status, 2);
  EXPECT_TRUE(good->out.starts_with("<?xml version=\"1.0\""));
  EXPECT_TRUE(good->out.ends_with("  </peerStatus>\n</cliOutput>\n"));
  EXPECT_EQ(half->exit_status, 0);
  EXPECT_EQ(half->out, good->out.substr(0, good->out.size() / 2));
  EXPECT_EQ(text_first->exit_status, 0);
  EXPECT_EQ(text_first->out, "Error : Request timed out\n" + good->out);
}

TEST_F(HostileGlusterTest, FailsInGlustersWays) {
  const std::vector<std::string> question{"volume", "profile", "rep3", "info", "cumulative", "--xml"};
  const auto opret = ask("opret", question);
  const auto lock = ask("lock", question);
  const auto complaint = ask("stderr", question);
  const auto empty = ask("empty", question);
  const auto unknown = ask("no such mode", question);
  ASSERT_TRUE(opret && lock && complaint && empty && unknown);
  EXPECT_EQ(opret->exit_status, 0);
  EXPECT_EQ(opret->out, R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput>
  <opRet>-1</opRet>
  <opErrno>30800</opErrno>
  <opErrstr>Volume vol1 does not exist</opErrstr>
</cliOutput>
)");
  EXPECT_EQ(lock->exit_status, 0);
  EXPECT_EQ(lock->out, R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput>
  <opRet>-1</opRet>
  <opErrno>30802</opErrno>
  <opErrstr>Another transaction is in progress. Please try again after some time.</opErrstr>
  <volProfile>
    <volname>rep3</volname>
    <profileOp>3</profileOp>
    <brickCount>0</brickCount>
  </volProfile>
</cliOutput>
)");
  EXPECT_EQ(complaint->exit_status, 1);
  EXPECT_EQ(complaint->out, "");
  EXPECT_EQ(complaint->err, "Connection failed. Please check if gluster daemon is operational.\n");
  EXPECT_EQ(empty->exit_status, 0);
  EXPECT_EQ(empty->out + empty->err, "");
  EXPECT_EQ(unknown->exit_status, 64);
  EXPECT_EQ(unknown->err, "hostile_gluster: unknown mode 'no such mode'\n");
}

TEST_F(HostileGlusterTest, BadUtf8StandsInNameAndOption) {
  const auto result = ask("bad-utf8", {"volume", "info", "--xml"});
  ASSERT_TRUE(result) << context_of(result);
  EXPECT_EQ(result->exit_status, 0);
  EXPECT_NE(result->out.find("        <name>vol\xff\xfe"
                             "1</name>\n"),
            std::string::npos);
  EXPECT_NE(result->out.find("            <value>o\xc3n</value>\n"), std::string::npos);
}

TEST_F(HostileGlusterTest, PassesRecordedAnswersOn) {
  const ScopedVariable answers("HOSTILE_ANSWERS", folder_.string());
  write_file("volume-status-all.xml", "<status/>", 0644);
  write_file("volume-heal-v-1-statistics-heal-count.txt", "Number of entries: 0\n", 0644);
  const auto xml = ask("pass", {"--glusterd-sock=/run/x.sock", "volume", "status", "all", "--xml"});
  const auto text = ask("pass", {"volume", "heal", "v_1", "statistics", "heal-count"});
  const auto missing = ask("pass", {"pool", "list", "--xml"});
  ASSERT_TRUE(xml && text && missing);
  EXPECT_EQ(xml->out, "<status/>");
  EXPECT_EQ(xml->exit_status, 0);
  EXPECT_EQ(text->out, "Number of entries: 0\n");
  EXPECT_EQ(missing->exit_status, 1);
  const std::string name = folder_.string() + "/pool-list";
  EXPECT_EQ(missing->err, "hostile_gluster: neither " + name + ".xml nor " + name + ".txt exists\n");
}

TEST_F(HostileGlusterTest, ModeFileChangesTheModeBetweenRuns) {
  const ScopedVariable mode_file("HOSTILE_MODE_FILE", "mode");
  const ScopedVariable log("HOSTILE_LOG", "log");
  write_file("mode", "empty\n", 0644);
  const auto first = ask("", {"volume", "info"});
  write_file("mode", "stderr\n", 0644);
  const auto second = ask("", {"volume", "info"});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->exit_status, 0);
  EXPECT_EQ(second->exit_status, 1);
  const std::string lines = read_file("log");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

}  // namespace
}  // namespace glusterfs_exporter::gluster
