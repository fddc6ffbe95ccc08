#include "live/state_maker.hpp"

#include <utility>

namespace glusterfs_exporter::live {

void StateMaker::take(Moment moment) {
  auto newest = std::make_shared<const Moment>(std::move(moment));
  bool wanted = false;
  {
    const std::scoped_lock lock(mutex_);
    newest_.swap(newest);
    wanted = last_read_ && now_() - *last_read_ <= kReadersMayRest;
    outdated_ = outdated_ || !wanted;
  }
  if (wanted) {
    make();
  }
}

void StateMaker::before_read() {
  {
    const std::scoped_lock lock(mutex_);
    last_read_ = now_();
    if (!outdated_) {
      return;  // take() sees to it from now on
    }
  }
  make();
}

void StateMaker::make() {
  const std::scoped_lock making(making_);
  std::shared_ptr<const Moment> newest;
  {
    const std::scoped_lock lock(mutex_);
    newest = newest_;
  }
  if (newest == nullptr || newest == made_.lock()) {
    return;
  }
  feed_.publish(state_document(*newest->snapshot, newest->rates, log_.events(), options_));
  made_ = newest;
  const std::scoped_lock lock(mutex_);
  outdated_ = outdated_ && newest != newest_;
}

}  // namespace glusterfs_exporter::live
