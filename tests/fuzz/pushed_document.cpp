/// Input: a byte that says whether it is compressed, and what somebody pushes to a hub.
#include "hub/pushed_document.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "hub/cluster_summary.hpp"
#include "hub/gunzip.hpp"
#include "hub/hub.hpp"
#include "live/state_document.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 20U;

bool any_null_member(const nlohmann::json& value) {
  return value.is_structured() && std::any_of(value.begin(), value.end(), [&value](const auto& element) {
           return (value.is_object() && element.is_null()) || any_null_member(element);
         });
}

void require_summary(const nlohmann::json& summary) {
  Texts texts;
  texts.add(live::to_text(summary));
  require(texts.bytes() < 8192, "a line about a cluster is short");
  require(summary.at("local") == false, "it is none of the hub's own");
  require(summary.at("reasons").size() <= 5, "reasons are few");
}

void run_text(std::string_view text) {
  const auto document = hub::read_pushed_document(text);
  if (!document) {
    require(document.error().kind == ErrorKind::parse, "a bad document is a parse error");
    require_error(document.error());
    return;
  }
  require(!any_null_member(document->json), "no member is null");
  require(document->sender.size() < 256, "senders are short, for they are remembered");
  const auto written = live::to_text(document->json);
  Texts().add(written);
  const auto again = hub::read_pushed_document(written);
  require(again && again->json == document->json && again->sender == document->sender &&
              again->taken_at == document->taken_at,
          "a document means the same each time");
  require_summary(hub::summary_of(document->json));

  hub::Hub one({{"c", "token-token"}}, {.log = std::make_shared<spdlog::logger>(
                                            "fuzz", std::make_shared<spdlog::sinks::null_sink_mt>()),
                                        .on_news = [] {},
                                        .page_version = ""});
  hub::Push push;
  push.post.authorization = "Bearer token-token";
  push.post.body = text;
  require(one.take(push).outcome == receive::Outcome::accepted, "the first is taken");
  require(one.feed_of("c")->state().json == written, "and shown as it came");
  require(one.take(push).outcome == receive::Outcome::duplicate, "but once");
}

void run(std::string_view input) {
  constexpr unsigned kPacked = 1;
  if (take_byte(input) != kPacked) {
    run_text(input);
    return;
  }
  const auto unpacked = hub::gunzip(input, kMost);
  if (!unpacked) {
    require_error(unpacked.error());
    return;
  }
  require(unpacked->size() <= kMost, "what is unpacked is bounded");
  run_text(*unpacked);
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
