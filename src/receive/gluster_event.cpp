#include "receive/gluster_event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/text.hpp"
#include "input/json_fields.hpp"
#include "input/strict_json.hpp"
#include "receive/event_table.hpp"

namespace glusterfs_exporter::receive {
namespace {

using input::Fields;
using input::parse_strictly;
using nlohmann::json;

constexpr std::size_t kMaxEventName = 64;
constexpr std::size_t kMaxNode = 64;
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxMemberName = 64;
constexpr std::size_t kMaxMember = 256;
constexpr std::size_t kMaxSentence = 512;
constexpr std::uint64_t kLatestTime = 253402300799;  // the end of the year 9999

bool is_event_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxEventName && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// A member as text. glustereventsd makes lists of the options of VOLUME_SET: [["a", "1"], ["b", "2"]] is
/// shown as "a=1, b=2".
std::string text_of(const json& value) {
  if (const auto* text = value.get_ptr<const std::string*>(); text != nullptr) {
    return shown(*text, kMaxMember);
  }
  std::string list;
  if (value.is_array()) {
    for (const auto& element : value) {
      if (list.size() > kMaxMember) {
        break;
      }
      const bool pair =
          element.is_array() && element.size() == 2 && element[0].is_string() && element[1].is_string();
      list += list.empty() ? "" : ", ";
      list += pair ? text_of(element[0]) + "=" + text_of(element[1])
                   : (element.is_string() ? text_of(element) : element.dump());
    }
    return shown(list, kMaxMember);
  }
  return shown(value.dump(), kMaxMember);
}

/// `text` with each {name} replaced by that member; nothing when one is not there.
std::optional<std::string> filled(std::string_view text, const std::map<std::string, std::string>& members) {
  std::string sentence;
  while (!text.empty()) {
    const auto open = text.find('{');
    sentence += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    const auto close = text.find('}', open);
    const auto member = members.find(std::string(text.substr(open + 1, close - open - 1)));
    if (member == members.end()) {
      return std::nullopt;
    }
    sentence += member->second;
    text.remove_prefix(close + 1);
  }
  return sentence;
}

/// "BRICK_START_FAILED" with its members: "brick start failed: brick /b, volume v".
std::string spelled_out(const GlusterEvent& event) {
  std::string sentence;
  for (const char c : event.name) {
    sentence += c == '_' ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  const char* separator = ": ";
  for (const auto& [name, value] : event.members) {
    sentence.append(separator).append(name).append(" ").append(value);
    separator = ", ";
  }
  return sentence;
}

}  // namespace

Result<GlusterEvent> read_gluster_event(std::string_view body) {
  const auto document = parse_strictly(body);
  if (!document) {
    return std::unexpected(document.error());
  }
  std::optional<Error> error;
  const Fields fields(*document, {}, error);
  GlusterEvent event;
  const auto name = fields.text("event");
  if (!error && !is_event_name(name)) {
    fields.fail("event", fmt::format("must be 1 to {} capital letters, digits and '_'", kMaxEventName));
  }
  const auto time = fields.whole("ts");
  if (time > kLatestTime) {
    fields.fail("ts", "must be seconds since 1970");
  }
  // A node that cannot read its own uuid says null.
  if (!error && !(document->contains("nodeid") && document->at("nodeid").is_null())) {
    event.node = shown(fields.text("nodeid"), kMaxNode);
  }
  if (!error && !document->contains("message")) {
    fields.fail("message", "is missing");
  }
  if (error) {
    return std::unexpected(*std::move(error));
  }
  const auto& message = document->at("message");
  if (!message.is_object()) {
    fields.fail("message", "must be an object");
  } else if (message.size() > kMaxMembers) {
    fields.fail("message", fmt::format("has more than {} members", kMaxMembers));
  }
  if (error) {
    return std::unexpected(*std::move(error));
  }
  event.name = name;
  event.time = static_cast<std::int64_t>(time);
  for (const auto& [key, value] : message.items()) {
    // Some names begin with a space, since the format strings of AFR's events have one after the semicolon.
    const auto name_at = std::min(key.find_first_not_of(' '), key.size());
    event.members.insert_or_assign(shown(std::string_view(key).substr(name_at), kMaxMemberName),
                                   text_of(value));
  }
  return event;
}

std::string sentence_of(const GlusterEvent& event) {
  const auto text = template_of(event.name);
  const auto sentence = text.empty() ? std::nullopt : filled(text, event.members);
  return shown(sentence ? *sentence : spelled_out(event), kMaxSentence);
}

}  // namespace glusterfs_exporter::receive
