#include "config/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "common/text.hpp"

namespace glusterfs_exporter::config {
namespace {

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;
}

int line_at(std::string_view text, std::size_t position) {
  return static_cast<int>(std::ranges::count(text.substr(0, position), '\n')) + 1;
}

std::string_view kind_of(const YAML::Node& node) {
  if (node.IsMap()) {
    return "a mapping";
  }
  return node.IsSequence() ? "a list" : "a single value";
}

/// yaml-cpp marks plain values with "?" and quoted ones with "!"; anything else was written as a tag.
bool has_tag(const YAML::Node& node) {
  return node.Tag().size() > 1;
}

bool is_quoted(const YAML::Node& node) {
  return node.Tag() == "!";
}

/// yaml-cpp gives one byte for each of these escapes, where UTF-8 has two.
constexpr std::string_view kMisreadEscapes = "must not be written with the escape \\N or \\_";

bool has_misread_escape(const YAML::Node& scalar) {
  return valid_utf8_length(scalar.Scalar()) < scalar.Scalar().size();
}

/// Refuses what yaml-cpp would take for the end of the file or misread.
void check_characters(std::string_view text, YamlFindings& findings) {
  const std::size_t valid = valid_utf8_length(text);
  if (valid < text.size()) {
    findings.fail(line_at(text, valid), "must be UTF-8");
  }
  const auto* const control = std::ranges::find_if(text, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
  });
  if (control != text.end()) {
    findings.fail(
        line_at(text, static_cast<std::size_t>(control - text.begin())),
        fmt::format("must not hold the control character 0x{:02x}", static_cast<unsigned char>(*control)));
  }
}

/// Sees where documents begin, and nothing else.
class DocumentStarts final : public YAML::EventHandler {
 public:
  /// Of the document that began last.
  [[nodiscard]] int line() const { return line_; }

  void OnDocumentStart(const YAML::Mark& mark) override { line_ = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  int line_ = 0;
};

/// The line where a second document begins, or 0. YAML::LoadAll would be simpler, but never returns when the
/// text begins with a comma.
int second_document(const std::string& text) {
  std::istringstream input(text);
  YAML::Parser parser(input);
  DocumentStarts starts;
  const bool second = parser.HandleNextDocument(starts) && parser.HandleNextDocument(starts);
  return second ? starts.line() : 0;
}

/// The one document in `text`; null when there is none.
std::expected<YAML::Node, ConfigError> load(std::string_view text, const YamlFindings& findings) {
  const auto fail = [&](int line, std::string message) {
    return std::unexpected(ConfigError{.place = findings.place(line), .message = std::move(message)});
  };
  // yaml-cpp takes the end of the file for the end of a quoted text, but not the end of a document.
  const std::string closed = std::string(text) + "\n...\n";
  try {
    if (const int line = second_document(closed); line != 0) {
      return fail(line, "what begins here is not part of the first document: the file must hold one");
    }
    return YAML::Load(closed);
  } catch (const YAML::Exception& error) {
    const bool open_quote = error.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
    return fail(
        error.mark.line + 1,
        "is not YAML: " + (open_quote ? std::string("a quoted text is not closed") : printable(error.msg)));
  }
}

}  // namespace

void YamlFindings::fail(int line, std::string message) {
  if (error_line == 0 || line < error_line) {
    error_line = line;
    error = std::move(message);
  }
}

std::string YamlFindings::place(int line) const {
  return fmt::format("{}:{}", file, std::min(line, last_line));
}

YamlMapping::YamlMapping(std::shared_ptr<YamlFindings> findings, std::string path, int line)
    : findings_(std::move(findings)), path_(std::move(path)), line_(line) {}

std::expected<YamlMapping, ConfigError> YamlMapping::from_text(std::string_view text,
                                                               const std::string& file) {
  auto findings = std::make_shared<YamlFindings>();
  findings->file = printable(file);
  findings->last_line = line_at(text, text.empty() ? 0 : text.size() - 1);
  YamlMapping root(findings, "", 1);
  check_characters(text, *findings);
  if (findings->error_line != 0) {
    return std::unexpected(root.finish().error());
  }
  const std::expected<YAML::Node, ConfigError> loaded = load(text, *findings);
  if (!loaded) {
    return std::unexpected(loaded.error());
  }
  const YAML::Node& document = *loaded;
  if (document.IsNull()) {
    return root;
  }
  if (!document.IsMap() || has_tag(document)) {
    return std::unexpected(
        ConfigError{.place = findings->place(line_of(document)),
                    .message = fmt::format("the file must be a mapping, is {}{}", kind_of(document),
                                           has_tag(document) ? " with a tag" : "")});
  }
  root.add_entries(document);
  return root;
}

void YamlMapping::add_entries(const YAML::Node& node) {
  const std::string where = path_.empty() ? "" : " in " + path_;
  for (const auto& pair : node) {
    const int line = line_of(pair.first);
    if (!pair.first.IsScalar()) {
      findings_->fail(line, fmt::format("a key{} must be a single value", where));
      continue;
    }
    if (has_misread_escape(pair.first)) {
      findings_->fail(line, fmt::format("a key{} {}", where, kMisreadEscapes));
      continue;
    }
    const auto [entry, added] =
        entries_.try_emplace(pair.first.Scalar(), Entry{.line = line, .value = pair.second});
    if (!added) {
      findings_->fail(line, fmt::format("key {}{} is repeated: it is on line {} already", quote(entry->first),
                                        where, entry->second.line));
    }
  }
}

const YamlMapping::Entry* YamlMapping::find(std::string_view key) {
  known_.emplace_back(key);
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return nullptr;
  }
  if (has_tag(found->second.value)) {
    findings_->fail(found->second.line, path_of(key) + ": must not have a tag");
    return nullptr;
  }
  return &found->second;
}

const YamlMapping::Entry* YamlMapping::find_value(std::string_view key, bool plain) {
  const Entry* const entry = find(key);
  if (entry == nullptr) {
    return nullptr;
  }
  const YAML::Node& value = entry->value;
  if (value.IsNull()) {
    findings_->fail(entry->line, path_of(key) + ": has no value");
    return nullptr;
  }
  if (!value.IsScalar()) {
    findings_->fail(entry->line,
                    fmt::format("{}: must be a single value, is {}", path_of(key), kind_of(value)));
    return nullptr;
  }
  if (has_misread_escape(value)) {
    findings_->fail(entry->line, fmt::format("{}: {}", path_of(key), kMisreadEscapes));
    return nullptr;
  }
  if (plain && is_quoted(value)) {
    findings_->fail(entry->line, path_of(key) + ": must be written without quotes");
    return nullptr;
  }
  findings_->places[path_of(key)] = findings_->place(entry->line);
  return entry;
}

std::optional<std::vector<YamlMapping::Item>> YamlMapping::find_items(std::string_view key,
                                                                      std::size_t max_size) {
  const Entry* const entry = find(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const auto fail = [this, key](int line, std::string_view message) {
    findings_->fail(line, fmt::format("{}: {}", path_of(key), message));
    return std::nullopt;
  };
  const YAML::Node& list = entry->value;
  if (list.IsNull()) {
    return fail(entry->line, "has no value: write [] for an empty list");
  }
  if (!list.IsSequence()) {
    return fail(entry->line, fmt::format("must be a list, is {}", kind_of(list)));
  }
  if (list.size() > max_size) {
    return fail(entry->line, fmt::format("must have at most {} entries, has {}", max_size, list.size()));
  }
  std::vector<Item> items;
  std::map<std::string, int> lines;
  for (const YAML::Node& node : list) {
    if (node.IsNull()) {  // yaml-cpp doesn't say on which line
      return fail(entry->line, "an entry of the list has no value");
    }
    const int line = line_of(node);
    if (!node.IsScalar() || has_tag(node)) {
      return fail(line, "an entry of the list must be a single value");
    }
    if (has_misread_escape(node)) {
      return fail(line, fmt::format("an entry of the list {}", kMisreadEscapes));
    }
    const auto [first, added] = lines.try_emplace(node.Scalar(), line);
    if (!added) {
      return fail(
          line, fmt::format("{} is repeated: it is on line {} already", quote(first->first), first->second));
    }
    items.push_back({.line = line, .text = node.Scalar()});
  }
  findings_->places[path_of(key)] = findings_->place(entry->line);
  return items;
}

YamlMapping& YamlMapping::mapping(std::string_view key) {
  const Entry* const entry = find(key);
  YamlMapping& child =
      children_.emplace_back(YamlMapping(findings_, path_of(key), entry == nullptr ? line_ : entry->line));
  if (entry == nullptr || entry->value.IsNull()) {
    return child;
  }
  if (!entry->value.IsMap()) {
    findings_->fail(entry->line,
                    fmt::format("{}: must be a mapping, is {}", child.path_, kind_of(entry->value)));
    return child;
  }
  child.add_entries(entry->value);
  return child;
}

void YamlMapping::check_keys() {
  for (const auto& [key, entry] : entries_) {
    if (std::ranges::find(known_, key) == known_.end()) {
      findings_->fail(entry.line, fmt::format("unknown key {}{}; known are: {}", quote(key),
                                              path_.empty() ? "" : " in " + path_, fmt::join(known_, ", ")));
    }
  }
  for (YamlMapping& child : children_) {
    child.check_keys();
  }
}

std::expected<void, ConfigError> YamlMapping::finish() {
  check_keys();
  if (findings_->error_line != 0) {
    return std::unexpected(
        ConfigError{.place = findings_->place(findings_->error_line), .message = findings_->error});
  }
  return {};
}

std::vector<std::string> YamlMapping::names(Parsed<std::string> (*parse_name)(std::string_view),
                                            std::size_t max_size) {
  std::vector<std::string> names;
  for (const auto& [key, entry] : entries_) {
    if (const Parsed<std::string> name = parse_name(key); !name) {
      findings_->fail(entry.line, fmt::format("{}: the name {}", path_, name.error()));
    } else if (names.size() == max_size) {
      findings_->fail(entry.line, fmt::format("{}: must not have more than {} entries", path_, max_size));
    } else {
      names.push_back(*name);
    }
  }
  return names;
}

void YamlMapping::fail(std::string_view key, std::string_view message) {
  const auto found = entries_.find(key);
  findings_->fail(found == entries_.end() ? line_ : found->second.line,
                  fmt::format("{}: {}", path_of(key), message));
}

std::string YamlMapping::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

}  // namespace glusterfs_exporter::config
