#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace glusterfs_exporter::metrics {

struct Label {
  std::string_view name;
  std::string_view value;  ///< as it is; escaped when written
};

/// `name="value",…` with the values escaped: what stands between a sample's braces. Made once for each thing
/// that has many samples.
std::string make_labels(std::initializer_list<Label> labels);

/// Writes samples in the form that text format 0.0.4 and OpenMetrics 1.0 have in common.
class Samples {
 public:
  /// Appends to `out`, which has to outlive this.
  explicit Samples(std::string& out) : out_(out) {}

  /// What the following samples are called.
  void set_name(std::string_view name) { name_ = name; }

  /// A sample with `labels` (from make_labels, or empty), `more` labels after them, and `suffix` after the
  /// name.
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  void add(std::string_view labels, std::initializer_list<Label> more, Number value,
           std::string_view suffix = {}) {
    if constexpr (std::floating_point<Number>) {
      write(labels, more, suffix, static_cast<double>(value));
    } else if constexpr (std::signed_integral<Number>) {
      write(labels, more, suffix, static_cast<std::int64_t>(value));
    } else {
      write(labels, more, suffix, static_cast<std::uint64_t>(value));
    }
  }

  template <class Number>
  void add(std::string_view labels, Number value) {
    add(labels, {}, value);
  }

  /// What is not known has no sample.
  template <class Number>
  void add(std::string_view labels, const std::optional<Number>& value) {
    if (value) {
      add(labels, {}, *value);
    }
  }

 private:
  using Labels = std::initializer_list<Label>;
  void write(std::string_view labels, Labels more, std::string_view suffix, double value);
  void write(std::string_view labels, Labels more, std::string_view suffix, std::uint64_t value);
  void write(std::string_view labels, Labels more, std::string_view suffix, std::int64_t value);

  std::string& out_;
  std::string_view name_;
};

/// One series per state, 1 for the one that `current` is. `states` maps every state to its label value.
template <class State, class States>
void add_state_set(Samples& samples, std::string_view labels, State current, const States& states) {
  for (const auto& [state, name] : states) {
    samples.add(labels, {{"state", name}}, state == current);
  }
}

/// The same over Gluster's words, with one more series for words that are not in `states`.
template <class States>
void add_word_states(Samples& samples, std::string_view labels, std::string_view words, const States& states,
                     std::string_view otherwise = "unknown") {
  add_state_set(samples, labels, words, states);
  const bool known = std::ranges::any_of(states, [&](const auto& state) { return state.first == words; });
  samples.add(labels, {{"state", otherwise}}, !known);
}

}  // namespace glusterfs_exporter::metrics
