#include "receive/gluster_events.hpp"

#include <utility>

#include "receive/event_table.hpp"

namespace glusterfs_exporter::receive {

Reply GlusterEvents::take(const Post& post, std::chrono::system_clock::time_point now,
                          std::chrono::steady_clock::time_point steady_now) {
  const auto admitted = gate_.get()->admit(post, now);
  if (!admitted) {
    return admitted.error();
  }
  if (post.body.empty()) {  // gluster-eventsapi webhook-test
    return accepted("posts to this address are taken\n");
  }
  const auto event = read_gluster_event(post.body);
  if (!event) {
    return malformed(event.error().context);
  }
  const auto& claims = *admitted;
  if (claims && (claims->event != event->name || claims->time != event->time)) {
    return unauthorized("the JSON Web Token is of another event (sub and iat must be the event and its ts)");
  }
  bool listed = false;
  bool told = false;
  {
    const std::scoped_lock lock(mutex_);
    listed = bucket_.take(steady_now);
    if (listed && !recent_.is_new(*event, steady_now)) {
      return duplicate("told already\n");
    }
    told = listed && is_worth_telling(*event);
  }
  for (const auto* collector : collectors_of(event->name)) {
    parts_.run_soon(*collector);
  }
  if (!listed) {
    return rate_limited();
  }
  if (told) {
    tell(*event, now);
  }
  return accepted("accepted\n");
}

bool GlusterEvents::is_worth_telling(const GlusterEvent& event) {
  constexpr std::size_t kMostLosses = 1000;
  const auto subvolume = event.members.find("subvol");
  if (subvolume == event.members.end()) {
    return is_told(event.name);
  }
  if (const auto loss = told_only_after(event.name); !loss.empty()) {
    return losses_.erase({std::string(loss), subvolume->second}) > 0;
  }
  if (losses_.size() < kMostLosses) {
    losses_.emplace(event.name, subvolume->second);
  }
  return is_told(event.name);
}

void GlusterEvents::tell(const GlusterEvent& event, std::chrono::system_clock::time_point now) {
  std::map<std::string, std::string> labels{{"event", event.name}};
  if (auto host = parts_.host_of(event.node); !host.empty()) {
    labels["host"] = std::move(host);
  }
  if (!event.node.empty()) {
    labels["peer_uuid"] = event.node;
  }
  for (const auto& [name, value] : event.members) {
    if (name.empty()) {
      continue;
    }
    const bool taken = name == "event" || name == "host" || name == "peer_uuid";
    labels[taken ? "message_" + name : name] = value;
  }
  parts_.log.add("gluster_event", sentence_of(event), std::move(labels), now);
  parts_.on_news();
}

}  // namespace glusterfs_exporter::receive
