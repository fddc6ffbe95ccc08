#include "receive/post.hpp"

#include <fmt/format.h>

#include <utility>

namespace glusterfs_exporter::receive {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::duplicate:
      return "duplicate";
    case Outcome::unauthorized:
      return "unauthorized";
    case Outcome::malformed:
      return "malformed";
    case Outcome::too_large:
      return "too_large";
    case Outcome::rate_limited:
      return "rate_limited";
  }
  return "malformed";
}

Reply accepted(std::string text) {
  return {.outcome = Outcome::accepted, .status = 200, .text = std::move(text)};
}

Reply duplicate(std::string text) {
  return {.outcome = Outcome::duplicate, .status = 200, .text = std::move(text)};
}

Reply malformed(std::string_view problem) {
  return {.outcome = Outcome::malformed, .status = 400, .text = fmt::format("400 {}.\n", problem)};
}

Reply rate_limited() {
  return {.outcome = Outcome::rate_limited,
          .status = 429,
          .text = "429 too many events. What they are about is looked at; they are not listed.\n"};
}

Reply unauthorized(std::string_view problem) {
  return {.outcome = Outcome::unauthorized, .status = 401, .text = fmt::format("401 {}.\n", problem)};
}

Reply forbidden(std::string_view problem) {
  return {.outcome = Outcome::unauthorized, .status = 403, .text = fmt::format("403 {}.\n", problem)};
}

}  // namespace glusterfs_exporter::receive
