#include "common/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace glusterfs_exporter {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;

/// 2026-11-21T03:14:35.123Z, and the rest of that millisecond.
constexpr auto moment = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(3) +
                        std::chrono::minutes(14) + std::chrono::seconds(35) +
                        std::chrono::microseconds(123'987);

class Log {
 public:
  explicit Log(LogFormat format, std::string_view level = "debug")
      : logger_(make_logger(level, format, std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_))) {}

  /// The line that `message` becomes, with its newline.
  std::string line(spdlog::level::level_enum level, const std::string& message,
                   spdlog::log_clock::time_point time = moment) {
    stream_.str("");
    logger_->log(time, spdlog::source_loc{}, level, message);
    return stream_.str();
  }

  [[nodiscard]] std::string all() const { return stream_.str(); }
  spdlog::logger& logger() { return *logger_; }

 private:
  std::ostringstream stream_;
  std::shared_ptr<spdlog::logger> logger_;
};

TEST(Log, WritesLogfmt) {
  Log log(LogFormat::logfmt);
  EXPECT_EQ(log.line(spdlog::level::info, "listening on 0.0.0.0:9713"),
            "ts=2026-11-21T03:14:35.123Z level=info msg=\"listening on 0.0.0.0:9713\"\n");
}

TEST(Log, WritesJson) {
  Log log(LogFormat::json);
  EXPECT_EQ(log.line(spdlog::level::warn, "no answer"),
            "{\"ts\":\"2026-11-21T03:14:35.123Z\",\"level\":\"warn\",\"msg\":\"no answer\"}\n");
}

TEST(Log, TimesAreUtcAndFillTheirPlaces) {
  Log log(LogFormat::logfmt);
  const auto first_day = std::chrono::sys_days(std::chrono::year(2027) / 1 / 2) + milliseconds(7);
  EXPECT_EQ(log.line(spdlog::level::info, "", first_day),
            "ts=2027-01-02T00:00:00.007Z level=info msg=\"\"\n");
  const auto before_the_epoch = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1) - milliseconds(1);
  EXPECT_EQ(log.line(spdlog::level::info, "", before_the_epoch),
            "ts=1969-12-31T23:59:59.999Z level=info msg=\"\"\n");
}

TEST(Log, NamesTheLevels) {
  Log log(LogFormat::logfmt);
  const std::string start = "ts=2026-11-21T03:14:35.123Z level=";
  EXPECT_EQ(log.line(spdlog::level::debug, "x"), start + "debug msg=\"x\"\n");
  EXPECT_EQ(log.line(spdlog::level::info, "x"), start + "info msg=\"x\"\n");
  EXPECT_EQ(log.line(spdlog::level::warn, "x"), start + "warn msg=\"x\"\n");
  EXPECT_EQ(log.line(spdlog::level::err, "x"), start + "error msg=\"x\"\n");
  EXPECT_EQ(log.line(spdlog::level::critical, "x"), start + "error msg=\"x\"\n");
}

TEST(Log, WritesWhatTheLevelAllows) {
  Log log(LogFormat::logfmt, "warn");
  EXPECT_EQ(log.line(spdlog::level::info, "x"), "");
  EXPECT_EQ(log.line(spdlog::level::warn, "x"), "ts=2026-11-21T03:14:35.123Z level=warn msg=\"x\"\n");
  log.logger().set_level(log_level("debug"));
  EXPECT_EQ(log.line(spdlog::level::debug, "x"), "ts=2026-11-21T03:14:35.123Z level=debug msg=\"x\"\n");
}

TEST(Log, KnowsTheLevelsOfTheConfiguration) {
  EXPECT_EQ(log_level("debug"), spdlog::level::debug);
  EXPECT_EQ(log_level("info"), spdlog::level::info);
  EXPECT_EQ(log_level("warn"), spdlog::level::warn);
  EXPECT_EQ(log_level("error"), spdlog::level::err);
  EXPECT_EQ(log_level("anything else"), spdlog::level::info);
}

struct Escape {
  std::string message;
  std::string quoted;
};

TEST(Log, EscapesWhatCouldEndAMessage) {
  const std::vector<Escape> cases = {
      {R"(say "hello")", R"("say \"hello\"")"},
      {R"(back\slash)", R"("back\\slash")"},
      {"two\nlines\r\n", R"("two\nlines\r\n")"},
      {"tab\tbell\aescape\x1b[31m", R"("tab\tbell\u0007escape\u001b[31m")"},
      {"nul\0inside"s, R"("nul\u0000inside")"},
      {"caf\u00e9 \U0001F600", "\"caf\u00e9 \U0001F600\""},
      {"bad \xff\xfe end", "\"bad \uFFFD\uFFFD end\""},
      {"cut \xE2\x82", "\"cut \uFFFD\""},
      {"{} {0} %v %d", R"("{} {0} %v %d")"},
  };
  Log logfmt(LogFormat::logfmt);
  Log json(LogFormat::json);
  for (const Escape& row : cases) {
    EXPECT_EQ(logfmt.line(spdlog::level::info, row.message),
              "ts=2026-11-21T03:14:35.123Z level=info msg=" + row.quoted + "\n");
    EXPECT_EQ(json.line(spdlog::level::info, row.message),
              "{\"ts\":\"2026-11-21T03:14:35.123Z\",\"level\":\"info\",\"msg\":" + row.quoted + "}\n");
  }
}

TEST(Log, JsonIsValidForEveryByte) {
  Log log(LogFormat::json);
  for (int byte = 0; byte < 256; ++byte) {
    const std::string message = {'a', static_cast<char>(byte), 'b'};
    const auto parsed = nlohmann::json::parse(log.line(spdlog::level::info, message), nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << byte;
    EXPECT_EQ(parsed["msg"], byte < 0x80 ? message : "a\uFFFDb") << byte;
  }
}

TEST(Log, FormatsArguments) {
  Log log(LogFormat::logfmt);
  log.logger().error("volume {} has {} bricks", "v1", 3);
  EXPECT_EQ(log.all().substr(log.all().find(" level=")), " level=error msg=\"volume v1 has 3 bricks\"\n");
}

TEST(Log, LinesOfSeveralThreadsStayWhole) {
  constexpr int threads = 4;
  constexpr int lines = 250;
  Log log(LogFormat::json);
  {
    std::vector<std::jthread> writers;
    writers.reserve(threads);
    for (int thread = 0; thread < threads; ++thread) {
      writers.emplace_back([&log, thread] {
        for (int line = 0; line < lines; ++line) {
          log.logger().info("thread {} line {}", thread, line);
        }
      });
    }
  }
  std::vector<int> next(threads, 0);
  std::istringstream written(log.all());
  for (std::string line; std::getline(written, line);) {
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << line;
    int thread = 0;
    int number = 0;
    std::string word;
    std::istringstream message(parsed["msg"].get<std::string>());
    message >> word >> thread >> word >> number;
    ASSERT_GE(thread, 0);
    ASSERT_LT(thread, threads);
    EXPECT_EQ(number, next[static_cast<std::size_t>(thread)]++);
  }
  EXPECT_EQ(next, std::vector<int>(threads, lines));
}

}  // namespace
}  // namespace glusterfs_exporter
