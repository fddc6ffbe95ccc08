#include "input/json_fields.hpp"

#include <fmt/format.h>

#include <utility>

#include "common/text.hpp"
#include "common/time_text.hpp"

namespace glusterfs_exporter::input {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxValues = 1'000'000;

std::unexpected<Error> not_json(std::string problem) {
  return std::unexpected(Error{ErrorKind::parse, std::move(problem)});
}

/// What is wrong with the document's shape; empty when nothing is. Looked at before parsing: a value takes
/// many times the memory of the one or two bytes that it may be in the text.
std::string_view shape_problem(std::string_view text) {
  std::size_t depth = 0;
  std::size_t values = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      }
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '[' || c == '{') {
      ++depth;
      ++values;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (c == ',') {
      ++values;
    }
    if (depth > kMaxDepth) {
      return "nested too deep";
    }
    if (values > kMaxValues) {
      return "too many values";
    }
  }
  return {};
}

}  // namespace

Result<json> parse_json(std::string_view text) {
  std::string clean;
  if (valid_utf8_length(text) != text.size()) {
    clean = clean_utf8(text);
    text = clean;
  }
  if (const auto problem = shape_problem(text); !problem.empty()) {
    return not_json(std::string(problem));
  }
  try {
    return json::parse(text);
  } catch (const json::parse_error& e) {
    return not_json(fmt::format("not JSON at byte {}", e.byte));
  } catch (const json::exception&) {
    return not_json("not JSON: a number is too large");  // the one other thing that parsing throws
  }
}

std::string to_string(const Place& place) {
  std::string text = place.parent == nullptr ? "" : to_string(*place.parent);
  if (place.index) {
    return text + fmt::format("[{}]", *place.index);
  }
  if (!text.empty() && !place.name.empty()) {
    text += '.';
  }
  return text.append(place.name);
}

Fields::Fields(const json& value, Place place, std::optional<Error>& error)
    : value_(value), place_(place), error_(error) {
  if (!error_ && !value_.is_object()) {
    const auto name = to_string(place_);
    error_ = Error{ErrorKind::parse, fmt::format("{} must be an object", name.empty() ? "it" : name)};
  }
}

void Fields::fail(const char* name, std::string_view problem) const {
  if (!error_) {
    error_ =
        Error{ErrorKind::parse,
              fmt::format("{} {}", to_string(Place{.parent = &place_, .name = name, .index = {}}), problem)};
  }
}

const json* Fields::find(const char* name) const {
  if (error_) {
    return nullptr;
  }
  const auto member = value_.find(name);
  return member == value_.end() ? nullptr : &*member;
}

const json* Fields::required(const char* name) const {
  const auto* member = find(name);
  if (member == nullptr) {
    fail(name, "is missing");
  }
  return member;
}

bool Fields::has(const char* name) const {
  return find(name) != nullptr;
}

std::string Fields::text(const char* name) const {
  const auto* member = required(name);
  return member == nullptr ? "" : optional_text(name);
}

std::string Fields::name(const char* name) const {
  auto value = text(name);
  if (value.empty()) {
    fail(name, "must not be empty");
  }
  return value;
}

std::string Fields::optional_text(const char* name) const {
  const auto* member = find(name);
  if (member == nullptr) {
    return {};
  }
  const auto* value = member->get_ptr<const std::string*>();
  if (value == nullptr) {
    fail(name, "must be a text");
    return {};
  }
  if (value->size() > kMaxTextBytes) {
    fail(name, fmt::format("is longer than {} bytes", kMaxTextBytes));
    return {};
  }
  return *value;
}

bool Fields::flag(const char* name) const {
  static_cast<void>(required(name));
  return optional_flag(name).value_or(false);
}

std::optional<bool> Fields::optional_flag(const char* name) const {
  const auto* member = find(name);
  if (member == nullptr) {
    return std::nullopt;
  }
  if (!member->is_boolean()) {
    fail(name, "must be true or false");
    return std::nullopt;
  }
  return member->get<bool>();
}

std::uint64_t Fields::whole(const char* name) const {
  static_cast<void>(required(name));
  return optional_whole(name).value_or(0);
}

std::optional<std::uint64_t> Fields::optional_whole(const char* name) const {
  const auto* member = find(name);
  if (member == nullptr) {
    return std::nullopt;
  }
  if (!member->is_number_unsigned()) {  // the parser makes larger ones floating
    fail(name, "must be a whole number from 0 to 18446744073709551615");
    return std::nullopt;
  }
  return member->get<std::uint64_t>();
}

double Fields::number(const char* name, double max) const {
  const auto* member = required(name);
  if (member == nullptr) {
    return 0;
  }
  const double value = member->is_number() ? member->get<double>() : -1;
  const bool good = value >= 0 && value <= max;
  if (!good) {
    fail(name, max == std::numeric_limits<double>::max() ? "must be a number that is not negative"
                                                         : fmt::format("must be a number from 0 to {}", max));
    return 0;
  }
  return value;
}

model::Time Fields::time(const char* name) const {
  const auto value = read_time(text(name));
  if (!value) {
    fail(name, "must be a time like 2026-11-21T03:14:35.123Z");
    return {};
  }
  return *value;
}

void Fields::object(const char* name, const std::function<void(const Fields&)>& read) const {
  if (const auto* member = find(name); member != nullptr) {
    read(Fields(*member, Place{.parent = &place_, .name = name, .index = {}}, error_));
  }
}

void Fields::texts(const char* name,
                   const std::function<void(std::string_view, std::string_view)>& read) const {
  const auto* member = find(name);
  if (member == nullptr) {
    return;
  }
  if (!member->is_object()) {
    fail(name, "must be an object");
    return;
  }
  for (const auto& [key, value] : member->items()) {
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr) {
      fail(name, "must hold nothing but texts");
      return;
    }
    read(key, *text);
  }
}

void Fields::list(const char* name, std::size_t max, const std::function<void(const Fields&)>& read) const {
  const auto* member = required(name);
  if (member == nullptr) {
    return;
  }
  if (!member->is_array()) {
    fail(name, "must be a list");
    return;
  }
  if (member->size() > max) {
    fail(name, fmt::format("has more than {} entries", max));
    return;
  }
  const Place list_place{.parent = &place_, .name = name, .index = {}};
  for (std::size_t i = 0; i < member->size() && !error_; ++i) {
    read(Fields((*member)[i], Place{.parent = &list_place, .name = {}, .index = i}, error_));
  }
}

}  // namespace glusterfs_exporter::input
