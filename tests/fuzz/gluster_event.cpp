/// Input: the body of what a glustereventsd posts.
#include "receive/gluster_event.hpp"

#include "receive/recent_events.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

void require_line(std::string_view text, std::size_t most) {
  Texts().add(text);
  require(text.size() <= most, "text is bounded");
  for (const char c : text) {
    require(static_cast<unsigned char>(c) >= 0x20, "text is one line");
  }
}

void run(std::string_view body) {
  const auto event = receive::read_gluster_event(body);
  if (!event) {
    require_error(event.error());
    return;
  }
  require_line(event->node, 64);
  require_line(event->name, 64);
  require(!event->name.empty() && event->time >= 0, "an event has a name and a time");
  require(event->members.size() <= 32, "members are few");
  for (const auto& [name, value] : event->members) {
    require_line(name, 64);
    require_line(value, 256);
  }
  const auto sentence = receive::sentence_of(*event);
  require_line(sentence, 512);
  require(!sentence.empty(), "a sentence says something");

  receive::RecentEvents recent;
  const receive::RecentEvents::Clock::time_point now{};
  require(recent.is_new(*event, now), "what was never told is new");
  require(!recent.is_new(*event, now), "the same post again is not");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
