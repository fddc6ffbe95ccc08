#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace glusterfs_exporter {

/// Why a question to Gluster has no answer. Each kind is a value of the label `reason`.
enum class ErrorKind : std::uint8_t {
  timeout,    ///< no complete answer before the deadline
  lock,       ///< another transaction holds the cluster's lock; asking again later will do
  exit,       ///< Gluster answered that it could not, or the command ended with an error
  parse,      ///< an answer that is not what this question gives
  empty,      ///< no output at all, which Gluster never means as "nothing there"
  oversize,   ///< more output than is ever taken in
  spawn,      ///< the program could not be started
  connect,    ///< a daemon's socket is missing, refuses, is forbidden, or closed without an answer
  cancelled,  ///< this program is ending
};

/// A failure as a value: what kind, and a sentence for the log that names the command or the place.
struct Error {
  ErrorKind kind;
  std::string context;
};

template <class T>
using Result = std::expected<T, Error>;

/// The kind as it stands in the label `reason`.
std::string_view to_string(ErrorKind kind);

}  // namespace glusterfs_exporter
