// A fixed amount of one of the things the exporter does all the time, for scripts/instructions.py to count
// the instructions of under callgrind. Only the work itself is collected: neither the start of the process
// nor its inputs, and the first round neither, in which the loader resolves symbols.
//
// usage: instruction_bench render|rpc|xml|diff FIXTURES   (the folder tests/fixtures)

#include <valgrind/callgrind.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../synthetic.hpp"
#include "gluster/cli/answer.hpp"
#include "gluster/cli/answers.hpp"
#include "gluster/rpc/answers.hpp"
#include "gluster/rpc/message.hpp"
#include "gluster/rpc/record.hpp"
#include "live/changes.hpp"
#include "live/rates.hpp"
#include "live/state_document.hpp"
#include "metrics/renderer.hpp"

namespace glusterfs_exporter {
namespace {

constexpr double kNanosecond = 1e-9;

/// One round of work. Throws when something fails, for then something else would be counted.
using Work = std::function<void()>;

struct Job {
  Work work;
  int rounds;
};

template <class Value>
void need(const Result<Value>& result, std::string_view what) {
  if (!result) {
    throw std::runtime_error(std::string(what) + ": " + result.error().context);
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file || bytes.empty()) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return bytes;
}

/// The page of 60 bricks, all of it anew.
Job render(const std::filesystem::path& /*fixtures*/) {
  const auto snapshot = std::make_shared<const model::Snapshot>(bench::cluster(5, 12));
  return {[=] { metrics::Renderer({}).render(snapshot, {}, {}); }, 5};
}

/// What the daemons of a small cluster answer in one poll, from the bytes of the stream to the records.
Job rpc(const std::filesystem::path& fixtures) {
  namespace wire = gluster::rpc;
  struct Answer {
    std::string name;
    std::string record;
    wire::Procedure procedure;
    std::function<bool(const wire::Dict&)> reads;
  };
  std::vector<Answer> answers;
  const auto add = [&](const std::string& name, const wire::Procedure& procedure, auto reads) {
    answers.push_back({name, wire::to_record(read_file(fixtures / "gluster-10.3/rpc" / (name + ".bin"))),
                       procedure, [reads](const wire::Dict& dict) { return reads(dict).has_value(); }});
  };
  add("list-friends", wire::kListFriends, wire::read_peers);
  add("list-volume", wire::kListVolume, wire::read_volume_names);
  for (const auto* name : {"get-volume-arb", "get-volume-disp", "get-volume-dist", "get-volume-rep3"}) {
    add(name, wire::kGetVolume, wire::read_volume);
  }
  for (const auto* name : {"profile-rep3-1", "profile-rep3-2", "profile-rep3-3"}) {
    add(name, wire::kXlatorInfo,
        [](const wire::Dict& dict) { return wire::read_brick_profile(dict, kNanosecond); });
  }
  add("brick-clients", wire::kBrickStatus, wire::read_brick_clients);
  add("brick-memory", wire::kBrickStatus, wire::read_brick_memory);
  add("brick-inode-table", wire::kBrickStatus, wire::read_brick_inode_table);
  add("brick-call-pool", wire::kBrickStatus, wire::read_call_pool);
  const auto work = [answers = std::move(answers)] {
    wire::RecordReader reader(wire::Dict::kLargestBytes);
    for (const auto& answer : answers) {
      std::string_view bytes = answer.record;
      reader.read(bytes);
      auto reply = wire::read_reply(answer.procedure, 1, reader.take());
      need(reply, answer.name);
      const auto dict = wire::require_success(*std::move(reply));
      need(dict, answer.name);
      if (!answer.reads(*dict)) {
        throw std::runtime_error(answer.name + " cannot be read");
      }
    }
  };
  return {work, 100};
}

/// What the CLI answers to the questions with the longest answers.
Job xml(const std::filesystem::path& fixtures) {
  using gluster::Request;
  struct Printed {
    Request request;
    gluster::Finished finished;
    std::function<bool(pugi::xml_node)> reads;
  };
  std::vector<Printed> all;
  const auto add = [&](const Request& request, const std::string& name, auto reads) {
    all.push_back({request,
                   {0, read_file(fixtures / "gluster-10.3/healthy" / (name + ".xml")), ""},
                   [reads](pugi::xml_node root) { return reads(root).has_value(); }});
  };
  add(Request::volume_info(), "volume-info", gluster::read_volume_info);
  add(Request::volume_status_all(), "volume-status-all", gluster::read_volume_status);
  add(Request::volume_status_detail_all(), "volume-status-all-detail", gluster::read_volume_status_detail);
  for (const auto* volume : {"arb", "disp", "dist", "rep3"}) {
    add(Request::profile(gluster::VolumeName::checked(volume).value()),
        std::string("volume-profile-") + volume + "-info-cumulative",
        [](pugi::xml_node root) { return gluster::read_profile(root, kNanosecond); });
  }
  const auto work = [all = std::move(all)] {
    for (const auto& printed : all) {
      const auto answer = gluster::read_answer(printed.request, printed.finished);
      need(answer, printed.request.name());
      if (!printed.reads(answer->root())) {
        throw std::runtime_error(std::string(printed.request.name()) + " cannot be read");
      }
    }
  };
  return {work, 20};
}

/// What becomes of a picture for those who watch: its document and what changed since the one before, of 600
/// bricks of which five did something.
Job diff(const std::filesystem::path& /*fixtures*/) {
  struct Pictures {
    model::Snapshot second;
    live::Rates rates;
    nlohmann::json before;
  };
  const auto pictures = std::make_shared<Pictures>();
  const auto first = bench::cluster(20, 30);
  pictures->rates.take(first);
  pictures->before = live::state_document(first, pictures->rates, {});
  pictures->second = first;
  pictures->second.taken_at += std::chrono::seconds(5);
  auto busy = *bench::busy_profile();
  busy.fops.front().count += 1000;
  busy.bytes_read += 4096;
  for (std::size_t v = 0; v < 5; ++v) {
    pictures->second.volumes[v].subvolumes.front().bricks.front().profile =
        std::make_shared<const model::BrickProfile>(busy);
  }
  pictures->rates.take(pictures->second);
  const auto work = [=] {
    const auto document = live::state_document(pictures->second, pictures->rates, {});
    const auto change = live::to_text(live::merge_patch(pictures->before, document));
    if (change.size() < 100 || change.size() > 10'000) {
      throw std::runtime_error("a change of " + std::to_string(change.size()) + " bytes: " + change);
    }
  };
  return {work, 2};
}

void run(const std::string& name, const std::filesystem::path& fixtures) {
  const std::map<std::string, Job (*)(const std::filesystem::path&)> jobs{
      {"render", render}, {"rpc", rpc}, {"xml", xml}, {"diff", diff}};
  const auto job = jobs.at(name)(fixtures);
  job.work();
  CALLGRIND_TOGGLE_COLLECT;
  for (int round = 0; round < job.rounds; ++round) {
    job.work();
  }
  CALLGRIND_TOGGLE_COLLECT;
}

}  // namespace
}  // namespace glusterfs_exporter

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv, argv + argc);
    glusterfs_exporter::run(arguments.at(1), arguments.at(2));
  } catch (const std::exception& error) {
    std::cerr << "instruction_bench: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
