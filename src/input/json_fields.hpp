#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "model/snapshot.hpp"

/// Reading JSON with suspicion: types, ranges and sizes are checked, keys that nobody asks for are passed
/// over.
namespace glusterfs_exporter::input {

/// Texts longer than this are errors.
inline constexpr std::size_t kMaxTextBytes = 4096;

/// The values of `text`, which may hold ill-formed UTF-8; an error of kind parse for what is not JSON, or is
/// nested so deep or has so many values that no honest document does. Of equal keys the last one counts.
Result<nlohmann::json> parse_json(std::string_view text);

/// Where a value stands, so that an error can name it: "bricks[3].size_bytes". Refers to its parent.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;             ///< of a member; empty for an element
  std::optional<std::size_t> index;  ///< of an element
};

std::string to_string(const Place& place);

/// One JSON object being read. The first thing that is wrong is kept in `error`; from then on every value
/// read is an empty one, so that a reader needs to look at `error` only once, at its end. A member that is
/// null is of the wrong type. Refers to its arguments.
class Fields {
 public:
  Fields(const nlohmann::json& value, Place place, std::optional<Error>& error);

  /// Whether there is such a member.
  [[nodiscard]] bool has(const char* name) const;

  /// Members that must be there.
  [[nodiscard]] std::string text(const char* name) const;
  [[nodiscard]] std::string name(const char* name) const;  ///< a text that is not empty
  [[nodiscard]] bool flag(const char* name) const;
  [[nodiscard]] std::uint64_t whole(const char* name) const;
  [[nodiscard]] double number(const char* name,
                              double max = std::numeric_limits<double>::max()) const;  ///< from 0
  [[nodiscard]] model::Time time(const char* name) const;

  /// Members that may be absent.
  [[nodiscard]] std::string optional_text(const char* name) const;  ///< empty when absent
  [[nodiscard]] std::optional<bool> optional_flag(const char* name) const;
  [[nodiscard]] std::optional<std::uint64_t> optional_whole(const char* name) const;
  void object(const char* name, const std::function<void(const Fields&)>& read) const;

  /// The members of an object that may be absent, all of which are texts, of any length.
  void texts(const char* name,
             const std::function<void(std::string_view key, std::string_view value)>& read) const;

  /// The objects of a list that must be there, in order; an error when there are more than `max`.
  void list(const char* name, std::size_t max, const std::function<void(const Fields&)>& read) const;

  /// Keeps "PLACE PROBLEM" as the error, unless there is one already.
  void fail(const char* name, std::string_view problem) const;

 private:
  const nlohmann::json* find(const char* name) const;      ///< null when absent or after an error
  const nlohmann::json* required(const char* name) const;  ///< as find(), and fails when absent

  const nlohmann::json& value_;
  Place place_;
  std::optional<Error>& error_;
};

}  // namespace glusterfs_exporter::input
