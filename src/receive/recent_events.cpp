#include "receive/recent_events.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace glusterfs_exporter::receive {

RecentEvents::Digest RecentEvents::digest_of(const GlusterEvent& event) {
  static_assert(SHA256_DIGEST_LENGTH == std::tuple_size_v<Digest>);
  std::string text = event.name;
  for (const auto& [name, value] : event.members) {
    text.append(1, '\0').append(name).append(1, '\0').append(value);  // neither holds control characters
  }
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

bool RecentEvents::is_new(const GlusterEvent& event, Clock::time_point now) {
  while (!happenings_.empty() && happenings_.front().first_told + kRemembered < now) {
    happenings_.pop_front();
  }
  const auto what = digest_of(event);
  Happening* next_of_node = nullptr;  // the first happening that this node has not told of yet
  for (auto& happening : happenings_) {
    if (happening.what != what) {
      continue;
    }
    const auto telling = std::ranges::find(happening.tellings, event.node, &Telling::node);
    if (telling != happening.tellings.end()) {
      if (telling->time == event.time) {
        return false;
      }
      next_of_node = nullptr;
    } else if (next_of_node == nullptr && happening.first_told + kSameHappening >= now) {
      next_of_node = &happening;
    }
  }
  if (next_of_node != nullptr) {
    if (next_of_node->tellings.size() < kMaxNodes) {
      next_of_node->tellings.push_back({event.node, event.time});
    }
    return false;
  }
  happenings_.push_back({.what = what, .first_told = now, .tellings = {{event.node, event.time}}});
  if (happenings_.size() > kMaxHappenings) {
    happenings_.pop_front();
  }
  return true;
}

}  // namespace glusterfs_exporter::receive
