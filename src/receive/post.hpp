#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glusterfs_exporter::receive {

/// What somebody posted. Refers to the request.
struct Post {
  std::string_view remote_address;  ///< numeric, without the port
  std::string_view authorization;   ///< the header; empty when there is none
  bool from_web_page = false;       ///< a browser says that a page of another site had it post this
  std::string_view body;
  bool admitted = false;     ///< whoever posts was let in already
  bool needs_token = false;  ///< else: that it comes from this machine is not enough
};

/// What came of it: a value of the label `result`.
enum class Outcome : std::uint8_t {
  accepted,
  duplicate,     ///< told already; nothing changed
  unauthorized,  ///< nobody who may post
  malformed,
  too_large,
  rate_limited,
};

std::string_view to_string(Outcome outcome);

/// The answer: an HTTP status and a line that says why.
struct Reply {
  Outcome outcome = Outcome::accepted;
  int status = 200;
  std::string text;
};

Reply accepted(std::string text);
Reply duplicate(std::string text);
Reply malformed(std::string_view problem);
Reply rate_limited();

/// 401: who it is was not shown, or not well.
Reply unauthorized(std::string_view problem);

/// 403: without a token nobody there may post.
Reply forbidden(std::string_view problem);

}  // namespace glusterfs_exporter::receive
