#include "web/landing_page.hpp"

#include <fmt/format.h>

#include "common/build_info.hpp"
#include "web/html.hpp"

namespace glusterfs_exporter::web {
namespace {

constexpr std::string_view kNothing = "–";

std::string duration_or_nothing(const std::optional<std::chrono::milliseconds>& duration) {
  return duration ? human_duration(*duration) : std::string(kNothing);
}

// The words carry the meaning, the class only the colour.
std::string result_cell(const CollectorRow& row) {
  if (row.enabled && row.standby) {
    return "<td>left to the leader</td>";
  }
  switch (row.last_run) {
    case LastRun::success:
      return "<td class=\"good\">ok</td>";
    case LastRun::failure:
      return fmt::format("<td class=\"bad\">failed: {}</td>", escape_html(row.reason));
    case LastRun::none:
      break;
  }
  return fmt::format("<td>{}</td>", row.enabled ? "not run yet" : kNothing);
}

std::string table_row(const CollectorRow& row) {
  return fmt::format(
      R"(<tr{}><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>{}</tr>
)",
      row.enabled && !row.standby ? "" : R"( class="disabled")", escape_html(row.name),
      row.enabled ? "yes" : "no", row.enabled ? human_duration(row.interval) : kNothing,
      row.source.empty() ? kNothing : escape_html(row.source), duration_or_nothing(row.last_success_age),
      duration_or_nothing(row.last_duration), result_cell(row));
}

}  // namespace

std::string render_landing_page(std::string_view telemetry_path, std::span<const CollectorRow> collectors) {
  std::string rows;
  for (const auto& collector : collectors) {
    rows += table_row(collector);
  }
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Collectors – glusterfs_exporter</title>
<link rel="icon" type="image/svg+xml" href="assets/icon.svg">
<link rel="stylesheet" href="assets/collectors.css">
</head>
<body>
<header>
<h1>glusterfs_exporter</h1>
<p>Prometheus exporter for GlusterFS, version {version}, revision {revision}</p>
</header>
<main>
<nav aria-label="Pages">
<ul>
<li><a href="./">Live page</a>: the cluster as it is now</li>
<li><a href="{path}">Metrics</a></li>
<li><a href="./-/healthy">Health</a>: the process serves</li>
<li><a href="./-/ready">Readiness</a>: every enabled collector has run</li>
</ul>
</nav>
<div class="table" role="region" aria-labelledby="collectors" tabindex="0">
<table>
<caption id="collectors">Collectors</caption>
<thead>
<tr><th scope="col">Name</th><th scope="col">Enabled</th><th scope="col">Interval</th><th scope="col">Source</th><th scope="col">Last success, ago</th><th scope="col">Last run took</th><th scope="col">Last result</th></tr>
</thead>
<tbody>
{rows}</tbody>
</table>
</div>
</main>
</body>
</html>
)",
      fmt::arg("version", escape_html(build_version())), fmt::arg("revision", escape_html(build_revision())),
      fmt::arg("path", escape_html("." + std::string(telemetry_path))), fmt::arg("rows", rows));
}

}  // namespace glusterfs_exporter::web
