#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace glusterfs_exporter {

/// The newest of a sequence of immutable values. Any number of threads may read while one publishes; a reader
/// keeps what it got for as long as it likes.
template <class T>
class Latest {
 public:
  /// Null before the first set().
  std::shared_ptr<const T> get() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }

  void set(std::shared_ptr<const T> value) {
    const std::scoped_lock lock(mutex_);
    value_.swap(value);  // the old value dies with the parameter, after the lock is released
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace glusterfs_exporter
