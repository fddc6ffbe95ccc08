#pragma once

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <expected>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::config {

/// What reading one file brought to light, whichever of its mappings it was in.
struct YamlFindings {
  std::string file;
  int last_line = 1;   ///< yaml-cpp's own count can go beyond it
  int error_line = 0;  ///< 0 while nothing is wrong
  std::string error;
  std::map<std::string, std::string, std::less<>>
      places;  ///< what was set: "web.listen_address" → "FILE:LINE"

  /// Of several errors the one nearest to the top of the file is kept.
  void fail(int line, std::string message);
  [[nodiscard]] std::string place(int line) const;
};

/// One mapping of a YAML file, read strictly and without exceptions: ask for each known key once, then call
/// finish() on the outermost mapping, which says what was wrong, including every key that was not asked for.
///
/// Asking for a key that is not there changes nothing. Lines in messages are those of the keys. Anchors and
/// aliases work; merge keys (<<) and tags do not. Not for several threads.
class YamlMapping {
 public:
  /// The outermost mapping of the one document in `text`; an empty document is an empty mapping. `file` names
  /// the text in messages.
  static std::expected<YamlMapping, ConfigError> from_text(std::string_view text, const std::string& file);

  /// The mapping below `key`. When there is none, or nothing in it, an empty one. Lives as long as this one.
  YamlMapping& mapping(std::string_view key);

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  /// The keys of this mapping, for one whose keys are names that the user chose. `parse_name` says what may
  /// be one; what may not is an error, and so are more than `max_size`.
  std::vector<std::string> names(Parsed<std::string> (*parse_name)(std::string_view), std::size_t max_size);

  /// Reads the single value below `key` into `target`. `parse` makes a Parsed<T> of a std::string_view.
  template <class T, class Parse>
  void value(std::string_view key, Parse parse, T& target);

  /// Reads the list of different single values below `key` into `target`, in place of what was there.
  template <class T, class Parse>
  void list(std::string_view key, Parse parse, std::size_t max_size, std::vector<T>& target);

  /// Says that the value of `key` is wrong, or that it is missing: for what parsing it alone cannot tell. The
  /// line is that of the key, or of this mapping when it is not there.
  void fail(std::string_view key, std::string_view message);

  /// What is wrong in this mapping or one below it, if anything: the topmost error of the file.
  std::expected<void, ConfigError> finish();

  /// What has been set, and where. Complete when every known key was asked for.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& places() const {
    return findings_->places;
  }

 private:
  struct Entry {
    int line;
    YAML::Node value;
  };
  struct Item {
    int line;
    std::string text;
  };

  YamlMapping(std::shared_ptr<YamlFindings> findings, std::string path, int line);

  void add_entries(const YAML::Node& node);
  const Entry* find(std::string_view key);
  const Entry* find_value(std::string_view key, bool plain);
  std::optional<std::vector<Item>> find_items(std::string_view key, std::size_t max_size);
  void check_keys();
  [[nodiscard]] std::string path_of(std::string_view key) const;

  std::shared_ptr<YamlFindings> findings_;  ///< shared by all mappings of a file
  std::string path_;                        ///< "collectors.status"; empty for the outermost
  int line_;                                ///< of its key
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> known_;   ///< the keys that were asked for, in that order
  std::list<YamlMapping> children_;  ///< a list, so that references to them stay valid
};

template <class T, class Parse>
void YamlMapping::value(std::string_view key, Parse parse, T& target) {
  const Entry* const entry = find_value(key, std::is_arithmetic_v<T>);
  if (entry == nullptr) {
    return;
  }
  Parsed<T> parsed = parse(entry->value.Scalar());
  if (!parsed) {
    findings_->fail(entry->line, path_of(key) + ": " + parsed.error());
    return;
  }
  target = std::move(*parsed);
}

template <class T, class Parse>
void YamlMapping::list(std::string_view key, Parse parse, std::size_t max_size, std::vector<T>& target) {
  const std::optional<std::vector<Item>> items = find_items(key, max_size);
  if (!items) {
    return;
  }
  std::vector<T> values;
  for (const Item& item : *items) {
    Parsed<T> parsed = parse(item.text);
    if (!parsed) {
      findings_->fail(item.line, path_of(key) + ": " + parsed.error());
      return;
    }
    values.push_back(std::move(*parsed));
  }
  target = std::move(values);
}

}  // namespace glusterfs_exporter::config
