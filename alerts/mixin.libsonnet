// The same alerts and rules for those who build theirs with jsonnet: made from the YAML files, so that the two agree.
//
//   (import 'glusterfs_exporter/alerts/mixin.libsonnet') {
//     _config+:: { selector: 'job="storage"', thresholds+: { volume_used_ratio_warning: '0.80' } },
//   }

// Expressions of several lines become one line each: jsonnet 0.18 (Debian 12) can't read YAML's blocks,
// nor backslashes.
local block = 'expr: |\n';
local inside = '          ';
local without_block(text) =
  local lines = std.split(text, '\n');
  local end = [i for i in std.range(0, std.length(lines) - 1) if !std.startsWith(lines[i], inside)][0];
  local expression = std.join(' ', [std.stripChars(line, ' ') for line in lines[:end]]);
  "expr: '%s'\n%s" % [std.strReplace(expression, "'", "''"), std.join('\n', lines[end:])];
local without_blocks(text) =
  local parts = std.split(std.strReplace(text, block, '\u0001'), '\u0001');
  std.join('', [parts[0]] + [without_block(part) for part in parts[1:]]);

local alerts = std.parseYaml(without_blocks(importstr 'alerts.yml')).groups;
local rules = std.parseYaml(without_blocks(importstr 'rules.yml')).groups;
local threshold_prefix = 'glusterfs:threshold:';

{
  _config+:: {
    // Chooses the exporters' targets; it stands wherever an expression asks about "up" or the exporter's own process.
    selector: 'job="glusterfs"',
    // What replaces expressions of glusterfs:threshold:NAME, by NAME.
    thresholds: {},
    // Where the documentation is: runbook_url begins with it.
    runbook_url_prefix: '',
    // Added to the labels of every alert.
    alert_labels: {},
  },

  local config = $._config,
  local names = [
    std.substr(rule.record, std.length(threshold_prefix), std.length(rule.record))
    for group in alerts
    for rule in group.rules
    if std.objectHas(rule, 'record') && std.startsWith(rule.record, threshold_prefix)
  ],
  local check = [
    error 'mixin.libsonnet: _config.thresholds.%s: there is no such threshold; there are %s' % [name, std.join(', ', names)]
    for name in std.objectFields(config.thresholds)
    if !std.member(names, name)
  ],

  local text(value) = if std.isNumber(value) then '%.15g' % value else value,
  local expression(rule) =
    local name = std.strReplace(std.get(rule, 'record', ''), threshold_prefix, '');
    if std.objectHas(config.thresholds, name) then text(config.thresholds[name])
    else std.strReplace(text(rule.expr), 'job="glusterfs"', config.selector),

  local changed(rule) = rule { expr: expression(rule) } + (
    if std.objectHas(rule, 'alert') then {
      labels+: config.alert_labels,
      annotations+: { runbook_url: config.runbook_url_prefix + super.runbook_url },
    } else {}
  ),
  local changed_groups(groups) = [group { rules: [changed(rule) for rule in group.rules] } for group in groups],

  prometheusAlerts+:: { groups+: if std.length(check) == 0 then changed_groups(alerts) else check[0] },
  prometheusRules+:: { groups+: changed_groups(rules) },
}
