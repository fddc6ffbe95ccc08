#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>

#include "web/client_socket.hpp"

namespace glusterfs_exporter::web {

/// The streams that are open: how many there may be, and the end of all of them at once. For any thread.
class OpenStreams {
 public:
  /// The place of one stream; given back when it is destroyed. The connection must still be open then.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place(Place&&) = delete;
    Place& operator=(Place&&) = delete;

   private:
    friend class OpenStreams;
    Place(OpenStreams& streams, ClientSocket socket)
        : streams_(streams), socket_(streams.sockets_.insert(streams.sockets_.end(), socket)) {}

    OpenStreams& streams_;
    const std::list<ClientSocket>::iterator socket_;
  };

  explicit OpenStreams(std::size_t max_streams) : max_streams_(max_streams) {}

  /// A place for a stream to this client, or null when all are taken or close() has begun.
  std::unique_ptr<Place> open(ClientSocket socket);

  /// Requested when all streams are to end.
  [[nodiscard]] std::stop_token stop_token() const { return stopping_.get_token(); }

  /// Asks all to end, and cuts off the ones that have not after this long because their client reads too
  /// slowly. No place is given away any more.
  void close(std::chrono::milliseconds patience);

 private:
  const std::size_t max_streams_;
  std::stop_source stopping_;
  std::mutex mutex_;
  std::condition_variable fewer_;
  std::list<ClientSocket> sockets_;  // of the open streams; size() is how many there are
};

}  // namespace glusterfs_exporter::web
