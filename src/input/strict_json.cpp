#include "input/strict_json.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/text.hpp"

namespace glusterfs_exporter::input {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxShownKey = 64;

/// Looks at the parser's events without keeping values. Each function says whether to go on.
class Checker final : public nlohmann::json_sax<json> {
 public:
  explicit Checker(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return value(); }
  bool boolean(bool /*value*/) override { return value(); }
  bool number_integer(number_integer_t /*value*/) override { return value(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return value(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return value(); }
  bool string(string_t& /*value*/) override { return value(); }
  bool binary(binary_t& /*value*/) override { return value(); }
  bool start_object(std::size_t /*elements*/) override { return value() && begin(); }
  bool start_array(std::size_t /*elements*/) override { return value() && begin(); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) {
      return true;
    }
    return fail(fmt::format("the key \"{}\" is there twice in one object", shown(name, kMaxShownKey)));
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const json::exception& exception) override {
    constexpr int kNumberOverflow = 406;
    return fail(exception.id == kNumberOverflow ? "not JSON: a number is too large"
                                                : fmt::format("not JSON at byte {}", position));
  }

  std::string problem;

 private:
  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }

  bool value() { return ++values_ <= limits_.values || fail("too many values"); }

  bool begin() {
    keys_.emplace_back();
    return keys_.size() <= limits_.depth || fail(fmt::format("nested deeper than {}", limits_.depth));
  }

  bool end() {
    keys_.pop_back();
    return true;
  }

  const JsonLimits limits_;
  std::size_t values_ = 0;
  std::vector<std::set<std::string>> keys_;  // of each object that is open; empty for a list
};

std::unexpected<Error> refuse(std::string problem) {
  return std::unexpected(Error{ErrorKind::parse, std::move(problem)});
}

}  // namespace

Result<json> parse_strictly(std::string_view text, const JsonLimits& limits) {
  if (const auto valid = valid_utf8_length(text); valid != text.size()) {
    return refuse(fmt::format("not UTF-8 at byte {}", valid + 1));
  }
  try {
    Checker checker(limits);
    if (!json::sax_parse(text.begin(), text.end(), &checker)) {
      return refuse(std::move(checker.problem));
    }
    return json::parse(text);
  } catch (const json::exception&) {
    return refuse("not JSON");
  }
}

}  // namespace glusterfs_exporter::input
