#include "web/open_streams.hpp"

#include <sys/socket.h>

namespace glusterfs_exporter::web {

OpenStreams::Place::~Place() {
  const std::scoped_lock lock(streams_.mutex_);
  streams_.sockets_.erase(socket_);
  streams_.fewer_.notify_all();
}

std::unique_ptr<OpenStreams::Place> OpenStreams::open(ClientSocket socket) {
  const std::scoped_lock lock(mutex_);
  if (stopping_.stop_requested() || sockets_.size() >= max_streams_) {
    return nullptr;
  }
  return std::unique_ptr<Place>(new Place(*this, socket));
}

void OpenStreams::close(std::chrono::milliseconds patience) {
  stopping_.request_stop();  // without the lock: what this wakes gives its place back
  std::unique_lock lock(mutex_);
  fewer_.wait_for(lock, patience, [this] { return sockets_.empty(); });
  for (const auto& socket : sockets_) {
    // Wakes the thread that waits for the client to read. Of no effect on -1.
    static_cast<void>(::shutdown(socket.descriptor(), SHUT_RDWR));
  }
}

}  // namespace glusterfs_exporter::web
