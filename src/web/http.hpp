#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/pieces.hpp"

namespace glusterfs_exporter::web {

/// True when both are the same but for the case of ASCII letters, as names and tokens in HTTP are compared.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// Orders names without regard to the case of ASCII letters.
struct LessIgnoringCase {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const;
};

/// What a client asks for. A value: it stays valid after the connection is gone.
struct Request {
  std::string method;          ///< as sent, for instance "GET"
  std::string path;            ///< percent-decoded, without the query
  std::string query;           ///< what follows the '?', still encoded; empty when there is none
  std::string remote_address;  ///< numeric, without the port
  std::string body;            ///< whole; read only for a path and method that take one, see Router::post
  std::map<std::string, std::string, LessIgnoringCase> headers;

  /// Of a post: whoever sends it was let in already, see Access.
  bool admitted = false;
  /// Of a post: who is not admitted needs the receiver's own token, also on this machine.
  bool needs_token = false;

  /// Adds a header; one that is there already is continued after a comma, as RFC 9110 5.3 has it.
  void add_header(std::string_view name, std::string_view value);

  /// The value of a header, its name in any case; empty when the client did not send it.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// What a client gets bit by bit, for as long as it stays. Made by the handler for one client and used by one
/// thread, which serves all streams; destroyed when the answer is over, for whatever reason.
class BodyStream {
 public:
  /// Bytes for the client, shared so that many clients get the same ones without a copy. Null or empty:
  /// nothing yet.
  using Chunk = std::shared_ptr<const std::string>;

  BodyStream() = default;
  virtual ~BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  BodyStream(BodyStream&&) = delete;
  BodyStream& operator=(BodyStream&&) = delete;

  /// What comes next; doesn't wait. Who has more calls Server::wake_streams. nullopt means that the stream is
  /// over. What is thrown ends the answer in the middle, with a line in the log.
  virtual std::optional<Chunk> next() = 0;

  /// What comes last when the server ends a stream that is not over; may be null. Does not throw.
  [[nodiscard]] virtual Chunk farewell() const { return nullptr; }
};

/// What a client gets. The body is shared, so that a page of many megabytes is sent to many clients without a
/// copy. The server adds Date, Connection, Content-Length or Transfer-Encoding, the security headers, and
/// "Cache-Control: no-store" where the handler says nothing of it.
struct Response {
  int status = 200;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beyond those; values without line breaks
  std::shared_ptr<const std::string> body;                   ///< null is the same as empty
  std::shared_ptr<const Pieces> pieces = nullptr;            ///< in place of a body, when not null

  /// In place of a body, when not null. Sent as it comes; the connection ends with it. The status should be
  /// 200: a client gets 503 in place of it when too many streams are open.
  std::shared_ptr<BodyStream> stream = nullptr;
};

/// Answers one request. Runs on the server's worker threads, several at a time.
using Handler = std::function<Response(const Request&)>;

/// A response in plain text.
Response text_response(int status, std::string text);

/// A response of status 200 whose body is JSON. The body is shared, not copied.
Response json_response(std::shared_ptr<const std::string> json);

}  // namespace glusterfs_exporter::web
