#include "hub/newest.hpp"

#include <algorithm>
#include <iterator>

namespace glusterfs_exporter::hub {

Newest::Verdict Newest::judge(std::string_view sender, SystemTime time, SystemTime now,
                              SteadyTime steady_now) {
  const auto known = std::ranges::find(senders_, sender, &Sender::id);
  if (known != senders_.end() && time <= known->last) {
    return time == known->last ? Verdict::repeated : Verdict::older;
  }
  // A document that is not shown counts as its sender's last one too: sent again later it is still old.
  remember(sender, time);
  const auto believed = std::min(time, now);
  if (shown_ && sender != shown_->sender && believed <= shown_->time &&
      steady_now - shown_->taken_at < kSilence) {
    return Verdict::older;
  }
  shown_ = Shown{.sender = std::string(sender), .time = believed, .taken_at = steady_now};
  return Verdict::taken;
}

void Newest::remember(std::string_view sender, SystemTime time) {
  std::erase_if(senders_, [sender](const Sender& one) { return one.id == sender; });
  senders_.push_front({.id = std::string(sender), .last = time});
  if (senders_.size() > kMaxSenders) {
    auto quietest = std::prev(senders_.end());
    if (shown_ && quietest->id == shown_->sender) {
      --quietest;
    }
    senders_.erase(quietest);
  }
}

}  // namespace glusterfs_exporter::hub
