#include "webhook/retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "common/to_number.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongestWish{3600};

}  // namespace

milliseconds Backoff::next() {
  const auto longest = next_;
  next_ = std::min(2 * next_, kLongest);
  std::uniform_int_distribution<milliseconds::rep> part(longest.count() / 2, longest.count());
  return milliseconds(part(random_));
}

std::optional<milliseconds> parse_retry_after(std::string_view value,
                                              std::chrono::system_clock::time_point now) {
  const bool digits =
      !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    const auto wish = to_number<std::uint32_t>(value);  // what does not fit is more than an hour
    return wish ? std::min(seconds(*wish), kLongestWish) : kLongestWish;
  }
  const auto date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) {
    return std::nullopt;
  }
  // The clock counts nanoseconds, of which there are too many in dates after 2262.
  const auto latest = std::chrono::system_clock::to_time_t(now + kLongestWish) + 1;
  const auto wait = std::chrono::system_clock::from_time_t(std::min(date, latest)) - now;
  return std::clamp(std::chrono::ceil<milliseconds>(wait), milliseconds(0), milliseconds(kLongestWish));
}

}  // namespace glusterfs_exporter::webhook
