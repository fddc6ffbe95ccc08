#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "gluster/rpc/message.hpp"
#include "gluster/rpc/procedures.hpp"

namespace glusterfs_exporter::gluster::rpc {

using Clock = std::chrono::steady_clock;

/// A daemon's unix socket, and how to treat it.
struct Endpoint {
  std::string socket;                               ///< path
  std::chrono::milliseconds timeout{5000};          ///< for a whole question, however many calls it takes
  std::size_t largest_reply = Dict::kLargestBytes;  ///< bytes; a longer one is an error of kind oversize
};

/// Calls one daemon over its unix socket, one call at a time.
///
/// The connection is made by the first call and kept. When the daemon turns out to have closed it, as after a
/// restart, the call is made once more over a new one: every call that there is only reads. After a failure
/// of the transport, or an answer that is not understood, the connection is closed, and the next call makes a
/// new one. Whatever the daemon does, a call ends at its deadline, or soon after `stop` is requested, and
/// holds no more memory than a few times the largest reply, in step with the bytes that came. No signal is
/// raised when the daemon is gone.
///
/// Used by one thread at a time.
class Connection {
 public:
  explicit Connection(Endpoint endpoint, std::stop_token stop = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  /// Sends `call` and waits for its reply, whether that says yes or no. Errors: connect, timeout, parse,
  /// oversize, cancelled. The context names the call and the socket.
  Result<Reply> ask(const ReadOnlyCall& call, Clock::time_point deadline);

  /// What a reply that must say yes tells: `read` makes a record, a Result, of its dict. Errors: those of
  /// `read`, and lock, exit.
  template <class Read>
  auto record_of(const ReadOnlyCall& call, Reply reply, Read read) const
      -> decltype(read(std::declval<const Dict&>())) {
    auto dict = require_success(std::move(reply));
    if (!dict) {
      return std::unexpected(with_place(std::move(dict.error()), call));
    }
    auto record = read(*dict);
    if (!record) {
      return std::unexpected(with_place(std::move(record.error()), call));
    }
    return record;
  }

  /// Both in one.
  template <class Read>
  auto require_record(const ReadOnlyCall& call, Clock::time_point deadline, Read read)
      -> decltype(read(std::declval<const Dict&>())) {
    auto reply = ask(call, deadline);
    if (!reply) {
      return std::unexpected(std::move(reply.error()));
    }
    return record_of(call, *std::move(reply), std::move(read));
  }

  /// When a question that begins now has to be answered.
  [[nodiscard]] Clock::time_point deadline() const { return Clock::now() + endpoint_.timeout; }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 private:
  class StopSignal;
  class Wait;

  Result<Reply> exchange(const ReadOnlyCall& call, const Wait& wait);
  Result<void> open(const Wait& wait);
  Result<void> send(std::string_view bytes, const Wait& wait);
  /// The next message that is no callback.
  Result<std::string> receive(const Wait& wait);
  [[nodiscard]] Error with_place(Error error, const ReadOnlyCall& call) const;

  Endpoint endpoint_;
  std::unique_ptr<const StopSignal> stop_;
  UniqueFd socket_;
  std::uint32_t last_xid_ = 0;
};

}  // namespace glusterfs_exporter::gluster::rpc
