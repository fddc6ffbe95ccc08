#include "metrics/renderer.hpp"

#include <algorithm>
#include <string_view>

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

void append_header(std::string& page, std::string_view name, std::string_view help, std::string_view type) {
  page += "# HELP ";
  page += name;
  page += ' ';
  page += help;
  page += "\n# TYPE ";
  page += name;
  page += ' ';
  page += type;
  page += '\n';
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

void write_family(const Family& family, const View& view, const std::vector<prometheus::MetricFamily>& own,
                  Samples& samples) {
  samples.set_name(family.name);
  if (family.write != nullptr) {
    family.write(view, samples);
    return;
  }
  const auto counted = std::ranges::find(own, family.name, &prometheus::MetricFamily::name);
  if (counted != own.end()) {
    write_own(*counted, samples);
  }
}

}  // namespace

Page Renderer::render(const model::Snapshot& snapshot, const ProcessStats& process,
                      const std::vector<prometheus::MetricFamily>& own) {
  const auto view = make_view(snapshot, process, shown_options_);
  auto text = std::make_shared<std::string>();
  auto openmetrics = std::make_shared<std::string>();
  text->reserve(last_size_);
  openmetrics->reserve(last_size_);

  // The samples are the same in both forms; they are written once, and only the lines above them differ.
  Samples samples(*text);
  for (const auto& section : catalogue()) {
    for (const auto& family : section.families) {
      if (family.scope == Scope::cluster && !view.leader) {
        continue;
      }
      const auto header = text->size();
      append_header(*text, family.name, family.help, text_type(family.type));
      const auto first_sample = text->size();
      write_family(family, view, own, samples);
      if (text->size() == first_sample) {
        text->resize(header);
        continue;
      }
      append_header(*openmetrics, openmetrics_name(family), family.help, openmetrics_type(family.type));
      openmetrics->append(*text, first_sample);
    }
  }
  *openmetrics += "# EOF\n";
  constexpr std::size_t kRoomToGrow = 4096;
  last_size_ = std::max(text->size(), openmetrics->size()) + kRoomToGrow;
  return {std::move(text), std::move(openmetrics), nullptr, nullptr};
}

Page compressed(Page page) {
  page.text_gzip = std::make_shared<const std::string>(gzip(*page.text));
  page.openmetrics_gzip = std::make_shared<const std::string>(gzip(*page.openmetrics));
  return page;
}

}  // namespace glusterfs_exporter::metrics
