#include "common/error.hpp"

namespace glusterfs_exporter {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::lock:
      return "lock";
    case ErrorKind::exit:
      return "exit";
    case ErrorKind::parse:
      return "parse";
    case ErrorKind::empty:
      return "empty";
    case ErrorKind::oversize:
      return "oversize";
    case ErrorKind::spawn:
      return "spawn";
    case ErrorKind::connect:
      return "connect";
    case ErrorKind::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace glusterfs_exporter
