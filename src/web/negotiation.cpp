#include "web/negotiation.hpp"

#include <algorithm>
#include <optional>

#include "web/header_list.hpp"
#include "web/http.hpp"

namespace glusterfs_exporter::web {
namespace {

// The format that one media range of Accept stands for, if we have it.
std::optional<Format> format_of(const HeaderElement& range) {
  if (equal_ignoring_case(range.value, "application/openmetrics-text")) {
    const auto version = range.parameter("version");
    // Who asks for 0.0.1, the draft, can read 1.0.0 too.
    if (version.empty() || version == "1.0.0" || version == "0.0.1") {
      return Format::openmetrics;
    }
  } else if (equal_ignoring_case(range.value, "text/plain") || equal_ignoring_case(range.value, "text/*") ||
             range.value == "*/*") {
    return Format::text;
  }
  return std::nullopt;
}

}  // namespace

Format choose_format(std::string_view accept) {
  auto chosen = Format::text;
  double best = 0;
  for (const auto& range : parse_header_list(accept)) {
    const auto format = format_of(range);
    if (format && range.quality > best) {
      chosen = *format;
      best = range.quality;
    }
  }
  return chosen;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  double any = 0;
  double identity = 0;
  for (const auto& coding : parse_header_list(accept_encoding)) {
    if (equal_ignoring_case(coding.value, "gzip") || equal_ignoring_case(coding.value, "x-gzip")) {
      gzip = std::max(gzip.value_or(0), coding.quality);
    } else if (equal_ignoring_case(coding.value, "identity")) {
      identity = std::max(identity, coding.quality);
    } else if (coding.value == "*") {
      any = std::max(any, coding.quality);
    }
  }
  const double quality = gzip.value_or(any);
  return quality > 0 && quality >= identity;
}

std::string_view content_type(Format format) {
  return format == Format::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                       : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace glusterfs_exporter::web
