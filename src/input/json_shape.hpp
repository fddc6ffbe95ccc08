#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a JSON document of another exporter must look like, as tables.
namespace glusterfs_exporter::input {

enum class Kind : std::uint8_t {
  text,
  time,    ///< as write_time writes it
  whole,   ///< from 0 to 2^64-1
  number,  ///< not negative
  ratio,   ///< from 0 to 1
  flag,
  word,    ///< one of some
  object,  ///< with these members
  map,     ///< an object with any keys and one shape of values
  list,
};

struct Member;

/// What a value must look like.
struct Shape {
  Kind kind = Kind::text;
  std::span<const Member> members{};          ///< of an object
  std::span<const std::string_view> words{};  ///< that a word may be
  const Shape* inner = nullptr;               ///< of each value of a map or list
};

struct Member {
  std::string_view name;
  const Shape* shape = nullptr;
  bool required = false;
};

inline constexpr Shape kText{.kind = Kind::text};
inline constexpr Shape kTime{.kind = Kind::time};
inline constexpr Shape kWhole{.kind = Kind::whole};
inline constexpr Shape kNumber{.kind = Kind::number};
inline constexpr Shape kRatio{.kind = Kind::ratio};
inline constexpr Shape kFlag{.kind = Kind::flag};

constexpr Shape object_of(std::span<const Member> members) {
  return {.kind = Kind::object, .members = members};
}
constexpr Shape word_of(std::span<const std::string_view> words) {
  return {.kind = Kind::word, .words = words};
}
constexpr Shape map_of(const Shape& inner) {
  return {.kind = Kind::map, .inner = &inner};
}
constexpr Shape list_of(const Shape& inner) {
  return {.kind = Kind::list, .inner = &inner};
}

/// Of `value` only what has the shape: unknown members, values of another type, unknown words, texts beyond
/// kMaxTextBytes and objects without what they must have are left out. Nothing when that is all of it. As
/// deep as the shape is, whatever the document is.
std::optional<nlohmann::json> clean(const nlohmann::json& value, const Shape& shape);

/// What is not as it must be.
struct Mismatch {
  std::vector<std::string> place;  ///< names of members and numbers of elements, from the outside in
  std::string problem;             ///< "must be a text", "is missing"
};

/// The first thing in `value` that is not as the shape has it; nothing when all is. Unknown members and
/// unknown words are none, since newer exporters may have some. Texts may be of any length. As deep as the
/// shape is.
std::optional<Mismatch> check(const nlohmann::json& value, const Shape& shape);

}  // namespace glusterfs_exporter::input
