#include "metrics/renderer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>

#include "common/gzip.hpp"
#include "metrics/catalogue.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// In text format 0.0.4, which knows neither info nor state set.
std::string_view text_type(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::gauge:
    case MetricType::info:
    case MetricType::state_set:
      return "gauge";
  }
  return "gauge";
}

/// OpenMetrics' own state set wants the metric's name as the label; ours have `state`, so they stay gauges.
std::string_view openmetrics_type(MetricType type) {
  return type == MetricType::info ? "info" : text_type(type);
}

/// In OpenMetrics the name of a counter or an info is that of its samples without their suffix.
std::string_view openmetrics_name(const Family& family) {
  auto name = family.name;
  if (family.type == MetricType::counter) {
    name.remove_suffix(std::string_view("_total").size());
  } else if (family.type == MetricType::info) {
    name.remove_suffix(std::string_view("_info").size());
  }
  return name;
}

std::string make_header(std::string_view name, std::string_view help, std::string_view type) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void write_histogram(const std::string& labels, const prometheus::ClientMetric::Histogram& histogram,
                     Samples& samples) {
  for (const auto& bucket : histogram.bucket) {
    std::string bound;
    Samples(bound).add("", bucket.upper_bound);  // " 0.5\n"
    samples.add(labels, {{"le", std::string_view(bound).substr(1, bound.size() - 2)}},
                bucket.cumulative_count, "_bucket");
  }
  samples.add(labels, {}, histogram.sample_sum, "_sum");
  samples.add(labels, {}, histogram.sample_count, "_count");
}

/// Writes what prometheus-cpp counted. Its labels come sorted by name; the order is of no importance to
/// Prometheus.
void write_own(const prometheus::MetricFamily& family, Samples& samples) {
  for (const auto& metric : family.metric) {
    std::string labels;
    for (const auto& label : metric.label) {
      labels += labels.empty() ? "" : ",";
      labels += make_labels({{label.name, label.value}});
    }
    if (family.type == prometheus::MetricType::Histogram) {
      write_histogram(labels, metric.histogram, samples);
    } else {
      const bool gauge = family.type == prometheus::MetricType::Gauge;
      samples.add(labels, gauge ? metric.gauge.value : metric.counter.value);
    }
  }
}

void write_own(std::string_view name, const std::vector<prometheus::MetricFamily>& own, Samples& samples) {
  const auto counted = std::ranges::find(own, name, &prometheus::MetricFamily::name);
  if (counted != own.end()) {
    write_own(*counted, samples);
  }
}

/// The samples of a page, the same in both forms, and kept by both.
class PageSamples {
 public:
  /// The samples of one row of the catalogue.
  struct Metric {
    std::vector<std::string_view> pieces;
    std::size_t bytes = 0;
  };

  PageSamples(std::size_t rows, Blocks::List blocks) : metrics_(rows), blocks_(std::move(blocks)) {
    std::size_t bricks = 0;
    for (const auto& volume : blocks_) {
      bricks += volume->bricks.size();
    }
    for (const auto& volume : blocks_) {
      add(*volume->volume, blocks_.size());
      for (const auto& brick : volume->bricks) {
        add(*brick, bricks);
      }
    }
  }

  /// Those that `write(samples)` writes.
  template <class Write>
  void add(std::size_t row, const Family& family, Write write) {
    auto& text = texts_.emplace_back();
    Samples samples(text);
    samples.set_name(family.name);
    write(samples);
    if (!text.empty()) {
      metrics_[row].pieces.emplace_back(text);
      metrics_[row].bytes += text.size();
    }
  }

  [[nodiscard]] const std::vector<Metric>& metrics() const { return metrics_; }  ///< of all rows

 private:
  /// `alike`: how many such blocks there are.
  void add(const Block& block, std::size_t alike) {
    std::size_t begin = 0;
    for (const auto& [row, end] : block.ends) {
      auto& metric = metrics_[row];
      if (metric.pieces.empty()) {
        metric.pieces.reserve(alike);
      }
      metric.pieces.push_back(std::string_view(block.text).substr(begin, end - begin));
      metric.bytes += end - begin;
      begin = end;
    }
  }

  std::vector<Metric> metrics_;
  Blocks::List blocks_;
  std::deque<std::string> texts_;  ///< of what is not in blocks; a deque does not move what it holds
};

}  // namespace

Renderer::Renderer(std::set<std::string, std::less<>> shown_options) : blocks_(std::move(shown_options)) {
  auto headers = std::make_shared<std::vector<Header>>();
  each_row([&](std::size_t, const Family& family) {
    headers->push_back({make_header(family.name, family.help, text_type(family.type)),
                        make_header(openmetrics_name(family), family.help, openmetrics_type(family.type))});
  });
  headers_ = std::move(headers);
}

Page Renderer::render(const std::shared_ptr<const model::Snapshot>& snapshot, const ProcessStats& process,
                      const std::vector<prometheus::MetricFamily>& own) {
  const auto samples = std::make_shared<PageSamples>(headers_->size(), blocks_.update(snapshot));
  const ClusterView view{*snapshot, process};
  each_row([&](std::size_t row, const Family& family) {
    if (std::holds_alternative<Counted>(family.write)) {
      samples->add(row, family, [&](Samples& out) { write_own(family.name, own, out); });
    } else if (const auto* write = std::get_if<WriterOf<ClusterView>>(&family.write);
               write != nullptr && (family.scope != Scope::cluster || snapshot->leader.value_or(false))) {
      samples->add(row, family, [&](Samples& out) { (*write)(view, out); });
    }
  });

  const auto text = std::make_shared<Pieces>();
  const auto openmetrics = std::make_shared<Pieces>();
  for (std::size_t row = 0; row < headers_->size(); ++row) {
    const auto& [pieces, bytes] = samples->metrics()[row];
    if (bytes > 0) {
      text->add((*headers_)[row].text, pieces, bytes);
      openmetrics->add((*headers_)[row].openmetrics, pieces, bytes);
    }
  }
  openmetrics->add("# EOF\n");
  for (const auto& page : {text, openmetrics}) {
    page->keep(headers_);
    page->keep(samples);
  }
  return {text, openmetrics, nullptr, nullptr};
}

Page compressed(Page page) {
  page.text_gzip = std::make_shared<const std::string>(gzip(*page.text));
  page.openmetrics_gzip = std::make_shared<const std::string>(gzip(*page.openmetrics));
  return page;
}

}  // namespace glusterfs_exporter::metrics
