#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/time_text.hpp"

/// Setting members so that what is not known is absent.
namespace glusterfs_exporter::live {

/// nlohmann writes a number that is not finite as null, which no document here may hold.
template <class T>
void put(nlohmann::json& object, const char* name, const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) {
      return;
    }
  }
  object[name] = value;
}

template <class T>
void put(nlohmann::json& object, const char* name, const std::optional<T>& value) {
  if (value) {
    put(object, name, *value);
  }
}

inline void put_text(nlohmann::json& object, const char* name, std::string_view text) {
  if (!text.empty()) {
    object[name] = text;
  }
}

inline void put_time(nlohmann::json& object, const char* name,
                     std::optional<std::chrono::system_clock::time_point> time) {
  if (time) {
    object[name] = write_time(*time);
  }
}

/// A measured value with no more digits than mean something, which keeps documents and changes small.
inline void put_measured(nlohmann::json& object, const char* name, std::optional<double> value) {
  if (!value || !std::isfinite(*value)) {
    return;
  }
  constexpr double kDigits = 4;
  const double magnitude = *value == 0 ? 1 : std::pow(10, kDigits - std::ceil(std::log10(std::abs(*value))));
  const double rounded = std::isfinite(magnitude) ? std::round(*value * magnitude) / magnitude : *value;
  put(object, name, rounded);
}

}  // namespace glusterfs_exporter::live
