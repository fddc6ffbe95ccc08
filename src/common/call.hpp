#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace glusterfs_exporter {

/// Whom this program asked.
enum class Asked : std::uint8_t { cli, glusterd, brick, exporter };

inline constexpr std::array<std::string_view, 4> kAskedNames{"cli", "glusterd", "brick", "exporter"};

/// One question that ended.
struct Call {
  Asked by;
  std::string_view what;  ///< for people: "volume status all", "profile rep3 node1:/srv/rep3"
  std::chrono::duration<double> duration;
  const Error* error;  ///< null when the answer was good
};

/// Called on the thread that asked; `what` and `error` only live until it returns. May be empty.
using CallObserver = std::function<void(const Call&)>;

/// `ask()`, told to `observer`. `what()` makes the text, and only if there is somebody to tell.
template <class Ask, class What>
auto observed(const CallObserver& observer, Asked by, What what, Ask ask) {
  const auto start = std::chrono::steady_clock::now();
  auto result = ask();
  if (observer) {
    const std::string text = what();
    observer({by, text, std::chrono::steady_clock::now() - start, result ? nullptr : &result.error()});
  }
  return result;
}

}  // namespace glusterfs_exporter
