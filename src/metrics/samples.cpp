#include "metrics/samples.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace glusterfs_exporter::metrics {

namespace {

bool needs_escape(char c) {
  return c == '"' || c == '\\' || c == '\n';
}

void append_escaped(std::string& out, std::string_view value) {
  if (std::ranges::none_of(value, needs_escape)) {
    out += value;
    return;
  }
  for (const char c : value) {
    if (needs_escape(c)) {
      out += '\\';
    }
    out += c == '\n' ? 'n' : c;
  }
}

void append_label(std::string& out, const Label& label) {
  out += label.name;
  out += "=\"";
  append_escaped(out, label.value);
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
  constexpr std::size_t kLongest = 32;
  char text[kLongest];  // NOLINT(modernize-avoid-c-arrays): what to_chars takes
  const auto end = std::to_chars(text, text + kLongest, value).ptr;
  out.append(text, end);
}

}  // namespace

std::string make_labels(std::initializer_list<Label> labels) {
  std::string out;
  for (const auto& label : labels) {
    if (!out.empty()) {
      out += ',';
    }
    append_label(out, label);
  }
  return out;
}

void Samples::begin(std::string_view labels, std::initializer_list<Label> more, std::string_view suffix) {
  out_ += name_;
  out_ += suffix;
  if (labels.empty() && more.size() == 0) {
    out_ += ' ';
    return;
  }
  out_ += '{';
  out_ += labels;
  bool first = labels.empty();
  for (const auto& label : more) {
    if (!first) {
      out_ += ',';
    }
    first = false;
    append_label(out_, label);
  }
  out_ += "} ";
}

void Samples::end(double value) {
  if (std::isnan(value)) {
    out_ += "NaN";
  } else if (std::isinf(value)) {
    out_ += value > 0 ? "+Inf" : "-Inf";
  } else {
    append_number(out_, value);
  }
  out_ += '\n';
}

void Samples::end(std::uint64_t value) {
  append_number(out_, value);
  out_ += '\n';
}

void Samples::end(std::int64_t value) {
  append_number(out_, value);
  out_ += '\n';
}

}  // namespace glusterfs_exporter::metrics
