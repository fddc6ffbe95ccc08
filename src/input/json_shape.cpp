#include "input/json_shape.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/time_text.hpp"
#include "input/json_fields.hpp"

namespace glusterfs_exporter::input {
namespace {

using Json = nlohmann::json;

std::optional<Json> take_text(const Json& value, const Shape& shape) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr || text->size() > kMaxTextBytes) {
    return std::nullopt;
  }
  if (shape.kind == Kind::time) {
    const auto time = read_time(*text);
    return time ? std::optional<Json>(write_time(*time)) : std::nullopt;
  }
  if (shape.kind == Kind::word && std::ranges::find(shape.words, *text) == shape.words.end()) {
    return std::nullopt;
  }
  return *text;
}

std::optional<Json> take_number(const Json& value, Kind kind) {
  if (kind == Kind::whole) {
    return value.is_number_unsigned() ? std::optional(value) : std::nullopt;
  }
  const double number = value.is_number() ? value.get<double>() : -1;
  const bool good = number >= 0 && number <= (kind == Kind::ratio ? 1 : std::numeric_limits<double>::max());
  return good ? std::optional<Json>(number) : std::nullopt;
}

std::optional<Json> take_object(const Json& value, const Shape& shape) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  auto taken = Json::object();
  for (const auto& member : shape.members) {
    const auto found = value.find(member.name);
    auto good = found == value.end() ? std::nullopt : clean(*found, *member.shape);
    if (good) {
      taken.emplace(member.name, *std::move(good));
    } else if (member.required) {
      return std::nullopt;
    }
  }
  return taken;
}

std::optional<Json> take_map(const Json& value, const Shape& inner) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  auto taken = Json::object();
  for (const auto& [key, element] : value.items()) {
    auto good = key.size() <= kMaxTextBytes ? clean(element, inner) : std::nullopt;
    if (good) {
      taken.emplace(key, *std::move(good));
    }
  }
  return taken;
}

std::optional<Json> take_list(const Json& value, const Shape& inner) {
  if (!value.is_array()) {
    return std::nullopt;
  }
  auto taken = Json::array();
  for (const auto& element : value) {
    if (auto good = clean(element, inner)) {
      taken.push_back(*std::move(good));
    }
  }
  return taken;
}

}  // namespace

std::optional<Json> clean(const Json& value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::text:
    case Kind::time:
    case Kind::word:
      return take_text(value, shape);
    case Kind::whole:
    case Kind::number:
    case Kind::ratio:
      return take_number(value, shape.kind);
    case Kind::flag:
      return value.is_boolean() ? std::optional(value) : std::nullopt;
    case Kind::object:
      return take_object(value, shape);
    case Kind::map:
      return take_map(value, *shape.inner);
    case Kind::list:
      return take_list(value, *shape.inner);
  }
  return std::nullopt;
}

namespace {

std::optional<Mismatch> mismatch(std::string problem) {
  return Mismatch{.place = {}, .problem = std::move(problem)};
}

/// The same, seen from the object or list that has it under `name`.
std::optional<Mismatch> within(const std::string& name, std::optional<Mismatch> inner) {
  if (inner) {
    inner->place.insert(inner->place.begin(), name);
  }
  return inner;
}

std::optional<Mismatch> check_object(const Json& value, const Shape& shape) {
  if (!value.is_object()) {
    return mismatch("must be an object");
  }
  for (const auto& member : shape.members) {
    const auto found = value.find(member.name);
    if (found == value.end()) {
      if (member.required) {
        return within(std::string(member.name), mismatch("is missing"));
      }
    } else if (auto wrong = check(*found, *member.shape)) {
      return within(std::string(member.name), std::move(wrong));
    }
  }
  return std::nullopt;
}

std::optional<Mismatch> check_map(const Json& value, const Shape& inner) {
  if (!value.is_object()) {
    return mismatch("must be an object");
  }
  for (auto element = value.begin(); element != value.end(); ++element) {
    if (auto wrong = check(element.value(), inner)) {
      return within(element.key(), std::move(wrong));
    }
  }
  return std::nullopt;
}

std::optional<Mismatch> check_list(const Json& value, const Shape& inner) {
  if (!value.is_array()) {
    return mismatch("must be a list");
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto wrong = check(value[i], inner)) {
      return within(std::to_string(i), std::move(wrong));
    }
  }
  return std::nullopt;
}

/// What a value that is no object and no list must be; whether it is that is for clean() to say.
std::string_view demand(Kind kind) {
  switch (kind) {
    case Kind::time:
      return "must be a time like 2026-11-21T03:14:35.123Z";
    case Kind::whole:
      return "must be a whole number from 0 to 18446744073709551615";
    case Kind::number:
      return "must be a number that is not negative";
    case Kind::ratio:
      return "must be a number from 0 to 1";
    case Kind::flag:
      return "must be true or false";
    default:
      return "must be a text";
  }
}

}  // namespace

std::optional<Mismatch> check(const Json& value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::object:
      return check_object(value, shape);
    case Kind::map:
      return check_map(value, *shape.inner);
    case Kind::list:
      return check_list(value, *shape.inner);
    case Kind::text:
    case Kind::word:
      return value.is_string() ? std::nullopt : mismatch(std::string(demand(shape.kind)));
    default:
      return clean(value, shape) ? std::nullopt : mismatch(std::string(demand(shape.kind)));
  }
}

}  // namespace glusterfs_exporter::input
