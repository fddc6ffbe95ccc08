/// Input: a byte for the question, a byte for the exit status, and what the command printed; what follows a
/// NUL it printed to standard error.
#include <array>

#include "gluster/cli/answer.hpp"
#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "support/records.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace gluster;

/// An option's number may be any.
std::size_t visit(std::uint64_t /*number*/, Texts& /*texts*/) {
  return 1;
}

template <class T>
void check(const Answer& answer, const Result<T>& record) {
  if (!record) {
    require_error(record.error());
    return;
  }
  Texts texts;
  const auto rows = visit(*record, texts);
  const auto bytes = answer.text.size() + answer.xml_bytes.size();
  require(rows <= bytes, "there are no more rows than bytes");
  // A volume's name stands once in an answer and in each of its workers.
  constexpr std::size_t kRepeated = 64;
  require(texts.bytes() <= bytes * kRepeated, "text is bounded by what came");
}

struct Question {
  Request request;
  void (*read)(const Answer&);
};

void read_both_quota_lists(const Answer& answer) {
  const auto limits = read_quota_list(answer.root());
  check(answer, limits);
  std::vector<model::QuotaLimit> all;
  if (read_quota_list_objects(answer.root(), all)) {
    check(answer, Result<std::vector<model::QuotaLimit>>(all));
  }
}

void read_config(const Answer& answer) {
  model::SnapshotReport report;
  if (const auto read = read_snapshot_config(answer.root(), report); !read) {
    require_error(read.error());
  }
}

/// Seeds name a question by its place here: a new one goes to the end.
const std::vector<Question>& questions() {
  static const std::vector<Question> kQuestions = [] {
    const auto volume = *VolumeName::checked("rep3");
    return std::vector<Question>{
        {Request::version(), [](const Answer& answer) { check(answer, read_version(answer.text)); }},
        {Request::volume_info(),
         [](const Answer& answer) { check(answer, read_volume_info(answer.root())); }},
        {Request::pool_list(), [](const Answer& answer) { check(answer, read_pool_list(answer.root())); }},
        {Request::op_version(),
         [](const Answer& answer) { check(answer, read_option_number(answer.root())); }},
        {Request::volume_status_all(),
         [](const Answer& answer) { check(answer, read_volume_status(answer.root())); }},
        {Request::volume_status_detail(volume),
         [](const Answer& answer) { check(answer, read_volume_status_detail(answer.root())); }},
        {Request::profile(volume),
         [](const Answer& answer) { check(answer, read_profile(answer.root(), 1e-9)); }},
        {Request::heal_count(volume),
         [](const Answer& answer) { check(answer, read_heal_count(answer.text)); }},
        {Request::heal_summary(volume),
         [](const Answer& answer) { check(answer, read_heal_summary(answer.root())); }},
        {Request::quota_list(volume), read_both_quota_lists},
        {Request::quota_list_objects(volume), read_both_quota_lists},
        {Request::rebalance_status(volume),
         [](const Answer& answer) {
           check(answer, read_rebalance(answer.root(), model::TaskKind::rebalance));
         }},
        {*Request::remove_brick_status(volume, {"host:/brick"}),
         [](const Answer& answer) {
           check(answer, read_rebalance(answer.root(), model::TaskKind::remove_brick));
         }},
        {Request::snapshot_info(volume),
         [](const Answer& answer) { check(answer, read_snapshot_info(answer.root())); }},
        {Request::snapshot_config(volume), read_config},
        {Request::geo_replication_status(),
         [](const Answer& answer) { check(answer, read_geo_replication(answer.root())); }},
        {Request::scrub_status(volume),
         [](const Answer& answer) { check(answer, read_scrub_status(answer.text)); }},
        {Request::top(volume, model::TopCall::open, 10),
         [](const Answer& answer) { check(answer, read_top(answer.root(), model::TopCall::open)); }},
    };
  }();
  return kQuestions;
}

void run(std::string_view input) {
  const auto& question = questions()[take_byte(input) % questions().size()];
  Finished finished;
  finished.exit_status = static_cast<int>(take_byte(input));
  finished.out = input.substr(0, input.find('\0'));
  finished.err = input.substr(std::min(input.size(), finished.out.size() + 1));

  const auto answer = read_answer(question.request, finished);
  if (!answer) {
    require_error(answer.error());
    return;
  }
  if (answer->nothing_there) {
    require(!answer->xml && answer->text.empty() && answer->xml_bytes.empty(), "nothing is nothing");
    return;
  }
  require(finished.exit_status == 0, "an answer has the exit status 0");
  Texts texts;
  texts.add(answer->text);
  require(texts.bytes() <= finished.out.size() * kCleaned, "text is bounded by what came");
  question.read(*answer);
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
