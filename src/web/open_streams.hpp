#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/unique_fd.hpp"
#include "web/client_socket.hpp"
#include "web/http.hpp"

namespace glusterfs_exporter::web {

/// The streams that are open: how many there may be, and one thread that sends to the clients of all of them.
/// To wake a thread for each client takes three times as long as to send to it; and since no send waits, a
/// client that does not read holds up nobody. For any thread.
class OpenStreams {
 public:
  struct Limits {
    std::size_t streams = 0;
    /// A client that leaves bytes unread for this long, so that nothing more can be sent, is given up.
    std::chrono::milliseconds patience{};
  };

  /// How a stream ended.
  struct End {
    bool complete = false;  ///< false: the client left or did not read, or the source failed
    std::string failure;    ///< of the source; else empty
  };

  /// A place for one stream; given back when it is destroyed.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place(Place&&) = delete;
    Place& operator=(Place&&) = delete;

   private:
    friend class OpenStreams;
    explicit Place(OpenStreams& streams) : streams_(streams) {}

    OpenStreams& streams_;
  };

  explicit OpenStreams(Limits limits);
  ~OpenStreams();
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;
  OpenStreams(OpenStreams&&) = delete;
  OpenStreams& operator=(OpenStreams&&) = delete;

  /// Null when all places are taken or close() has begun.
  std::unique_ptr<Place> reserve();

  /// Sends what `stream` gives to a client that has the head of the answer, and returns when that is over.
  /// The socket must stay open that long; nobody else may write to it. The stream is used on another thread.
  End send(const Place& place, const ClientSocket& socket, BodyStream& stream, bool chunked);

  /// Has all streams asked for more now. They are asked every second in any case.
  void wake();

  /// Ends all streams: clients that read get an orderly end within `patience`, the others none. No place is
  /// given away any more. Once, before the destructor.
  void close(std::chrono::milliseconds patience);

 private:
  struct Stream;
  using Clock = std::chrono::steady_clock;

  void run();
  void serve_events(std::chrono::milliseconds wait);
  void take_new();
  void ask_all();
  void end_all();
  void give_up_on_stalled();
  void advance(Stream& stream);          // `stream` may be gone after it
  void finish(Stream& stream, End end);  // `stream` is gone after it
  [[nodiscard]] std::optional<Clock::time_point> closing_until();

  const Limits limits_;
  const UniqueFd epoll_;
  const UniqueFd wake_;     // an eventfd
  std::mutex mutex_;        // of what follows
  std::size_t places_ = 0;  // that are taken
  std::vector<std::unique_ptr<Stream>> new_;
  std::optional<Clock::time_point> closing_until_;
  bool over_ = false;  // nothing is sent any more
  // Of the thread alone.
  std::list<std::unique_ptr<Stream>> streams_;
  Clock::time_point ask_at_;  // when all are asked for more
  std::jthread thread_;
};

}  // namespace glusterfs_exporter::web
