#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/build_info.hpp"
#include "config/config.hpp"
#include "config/man_page.hpp"
#include "config/read_file.hpp"
#include "config/settings.hpp"

namespace glusterfs_exporter::config {
namespace {

/// A setting that has a flag as well as a place in the file.
struct Setting {
  const char* flag;
  std::string_view key;  ///< its place in the file
  const char* group;
  const char* value_name;
  std::string_view help;
  std::string (*shown_default)(const Config& config);
  /// Reads the flag's value into the configuration; what is wrong with it otherwise.
  std::optional<std::string> (*apply)(std::string_view text, Config& config);
};

template <class T>
std::optional<std::string> assign(Parsed<T> parsed, T& target) {
  if (!parsed) {
    return std::move(parsed.error());
  }
  target = std::move(*parsed);
  return std::nullopt;
}

constexpr std::array<Setting, 10> kSettings = {{
    {.flag = "--web.listen-address",
     .key = "web.listen_address",
     .group = "Web",
     .value_name = "ADDRESS:PORT",
     .help = "where to listen: a numeric IPv4 address and a port",
     .shown_default = [](const Config& config) { return config.web.listen_address; },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_listen_address(text), config.web.listen_address); }},
    {.flag = "--web.config.file",
     .key = "web.config_file",
     .group = "Web",
     .value_name = "FILE",
     .help = "TLS, users and headers, in the format of Prometheus' exporter-toolkit",
     .shown_default = [](const Config&) { return std::string("none"); },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_web_config_path(text), config.web.config_file); }},
    {.flag = "--web.telemetry-path",
     .key = "web.telemetry_path",
     .group = "Web",
     .value_name = "PATH",
     .help = "where the metrics are served",
     .shown_default = [](const Config& config) { return config.web.telemetry_path; },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_telemetry_path(text), config.web.telemetry_path); }},
    {.flag = "--web.max-viewers",
     .key = "web.max_viewers",
     .group = "Web",
     .value_name = "NUMBER",
     .help = "how many may watch the live page or the stream at a time",
     .shown_default = [](const Config& config) { return std::to_string(config.web.max_viewers); },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_max_viewers(text), config.web.max_viewers); }},
    {.flag = "--gluster.path",
     .key = "gluster.path",
     .group = "Gluster",
     .value_name = "PROGRAM",
     .help = "the gluster command: an absolute path or a name to look up",
     .shown_default = [](const Config& config) { return config.gluster.path; },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_program(text), config.gluster.path); }},
    {.flag = "--gluster.socket",
     .key = "gluster.socket",
     .group = "Gluster",
     .value_name = "PATH",
     .help = "glusterd's socket",
     .shown_default = [](const Config&) { return std::string("the one built into the gluster command"); },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_socket_path(text), config.gluster.socket); }},
    {.flag = "--gluster.source",
     .key = "gluster.source",
     .group = "Gluster",
     .value_name = "WAY",
     .help = "auto, rpc or cli: ask the daemons' sockets, the gluster command, or the first that answers",
     .shown_default = [](const Config&) { return std::string("auto"); },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_source(text), config.gluster.source); }},
    {.flag = "--cluster.leader",
     .key = "cluster.leader",
     .group = "Cluster",
     .value_name = "WHEN",
     .help = "auto, always or never: whether this exporter speaks for the whole cluster, or one of them",
     .shown_default = [](const Config&) { return std::string("auto"); },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_leader(text), config.cluster.leader); }},
    {.flag = "--log.level",
     .key = "log.level",
     .group = "Log",
     .value_name = "LEVEL",
     .help = "debug, info, warn or error",
     .shown_default = [](const Config& config) { return config.log.level; },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_log_level(text), config.log.level); }},
    {.flag = "--log.format",
     .key = "log.format",
     .group = "Log",
     .value_name = "FORMAT",
     .help = "logfmt or json",
     .shown_default =
         [](const Config& config) {
           return std::string(config.log.format == LogFormat::json ? "json" : "logfmt");
         },
     .apply = [](std::string_view text,
                 Config& config) { return assign(parse_log_format(text), config.log.format); }},
}};

std::unexpected<ConfigError> fail(std::string place, std::string message) {
  return std::unexpected(ConfigError{.place = std::move(place), .message = std::move(message)});
}

std::string flag_of(const CLI::Option* option) {
  return "--" + option->get_lnames().front();
}

/// The flags as CLI11 knows them. Options have no callbacks and take all values, so that CLI11 only splits
/// the command line and what it means is decided, and worded, here.
class CommandLine {
 public:
  explicit CommandLine(std::span<const CollectorDefaults> collectors);

  /// Splits the arguments that follow the program's name.
  std::expected<void, ConfigError> parse(const std::vector<std::string>& arguments);

  [[nodiscard]] bool help() const { return help_->count() > 0; }
  [[nodiscard]] bool version() const { return version_->count() > 0; }
  [[nodiscard]] bool once() const { return once_->count() > 0; }
  [[nodiscard]] bool check_config() const { return check_->count() > 0; }
  [[nodiscard]] bool help_man() const { return help_man_->count() > 0; }
  [[nodiscard]] std::string help_text() const;
  /// The same options as a manual page.
  [[nodiscard]] std::string man_text() const;
  /// The file to read, if one was named.
  [[nodiscard]] std::optional<std::string> file() const;
  /// Applies what the flags set to `config`.
  [[nodiscard]] std::expected<void, ConfigError> apply(Config& config) const;

 private:
  struct Value {
    const Setting* setting;
    CLI::Option* option;
  };
  struct Collector {
    std::string name;
    CLI::Option* on;
    CLI::Option* off;
  };

  CLI::Option* add_switch(const std::string& name, const std::string& group, const std::string& help);
  CLI::Option* add_value(const std::string& name, const std::string& group, const std::string& value_name,
                         const std::string& help);
  void add_collector(const CollectorDefaults& collector);
  std::expected<void, ConfigError> split(const std::vector<std::string>& arguments);
  [[nodiscard]] std::expected<void, ConfigError> check_form(const std::string& argument) const;
  [[nodiscard]] std::expected<void, ConfigError> check_extras() const;
  [[nodiscard]] std::expected<void, ConfigError> check_repeats() const;
  [[nodiscard]] std::expected<void, ConfigError> check_contradictions() const;

  CLI::App app_;
  CLI::Option* file_ = nullptr;
  CLI::Option* check_ = nullptr;
  CLI::Option* once_ = nullptr;
  CLI::Option* version_ = nullptr;
  CLI::Option* help_ = nullptr;
  CLI::Option* help_man_ = nullptr;
  std::vector<Value> values_;
  std::vector<Collector> collectors_;
};

CommandLine::CommandLine(std::span<const CollectorDefaults> collectors)
    : app_("Prometheus exporter for GlusterFS. Run one on each node.\n", "glusterfs_exporter") {
  constexpr std::size_t kDescriptionColumn = 40;
  app_.set_help_flag();  // removes CLI11's own, which would not be in a group
  app_.allow_extras();
  app_.get_formatter()->column_width(kDescriptionColumn);
  app_.footer("Intervals, timeouts and what has no flag are set in the configuration file.");
  file_ = add_value("--config.file", "Configuration", "FILE",
                    "the configuration file, YAML; flags override it (default: none)");
  check_ = add_switch("--config.check", "Configuration", "say whether the configuration is good, and exit");
  const Config defaults = default_config(collectors);
  for (const Setting& setting : kSettings) {
    const std::string help = fmt::format("{} (default: {})", setting.help, setting.shown_default(defaults));
    values_.push_back(
        {.setting = &setting, .option = add_value(setting.flag, setting.group, setting.value_name, help)});
  }
  for (const CollectorDefaults& collector : collectors) {
    add_collector(collector);
  }
  once_ = add_switch("--once", "General", "print one page of metrics, and exit");
  version_ = add_switch("--version", "General", "print the version, and exit");
  help_ = add_switch("-h,--help", "General", "print this text, and exit");
  // Hidden, as in other Prometheus exporters: for those who make packages.
  help_man_ = add_switch("--help-man", "", "");
}

CLI::Option* CommandLine::add_switch(const std::string& name, const std::string& group,
                                     const std::string& help) {
  return app_.add_flag(name, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->group(group);
}

CLI::Option* CommandLine::add_value(const std::string& name, const std::string& group,
                                    const std::string& value_name, const std::string& help) {
  return app_.add_option(name, help)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text(value_name)
      ->group(group);
}

void CommandLine::add_collector(const CollectorDefaults& collector) {
  const std::string help = fmt::format("{} (default: {}, every {})", collector.help,
                                       collector.enabled ? "on" : "off", format_duration(collector.interval));
  CLI::Option* const on = add_switch(fmt::format("--collector.{}", collector.name),
                                     "Collectors (--no-collector.NAME turns one off)", help);
  CLI::Option* const off = add_switch(fmt::format("--no-collector.{}", collector.name), "", "");
  collectors_.push_back({.name = std::string(collector.name), .on = on, .off = off});
}

std::expected<void, ConfigError> CommandLine::parse(const std::vector<std::string>& arguments) {
  if (auto done = split(arguments); !done) {
    return done;
  }
  if (auto checked = check_extras(); !checked) {
    return checked;
  }
  if (auto checked = check_repeats(); !checked) {
    return checked;
  }
  return check_contradictions();
}

std::expected<void, ConfigError> CommandLine::split(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (auto checked = check_form(argument); !checked) {
      return checked;
    }
  }
  try {
    app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Error&) {
    // With these options CLI11 finds fault only with a last flag that lacks its value.
    return fail(arguments.back(), "needs a value; see --help");
  }
  return {};
}

std::expected<void, ConfigError> CommandLine::check_form(const std::string& argument) const {
  const std::size_t equals = argument.find('=');
  if (!argument.starts_with("--") || equals == std::string::npos) {
    return {};
  }
  const std::string name = argument.substr(0, equals);
  const CLI::Option* const option = app_.get_option_no_throw(name);
  if (option != nullptr && option->get_items_expected_max() == 0) {
    return fail(name, "takes no value; see --help");
  }
  // CLI11 would take the next argument for the value.
  if (equals == argument.size() - 1) {
    return fail(printable(name), "has nothing behind its '='; see --help");
  }
  return {};
}

std::expected<void, ConfigError> CommandLine::check_extras() const {
  const std::vector<std::string> extras = app_.remaining();
  if (extras.empty()) {
    return {};
  }
  const std::string& first = extras.front();
  if (first.size() > 1 && first.starts_with('-') && first != "--") {
    return fail(printable(first.substr(0, first.find('='))), "unknown flag; see --help");
  }
  return fail(printable(first), "unexpected argument: there are only flags, see --help");
}

std::expected<void, ConfigError> CommandLine::check_repeats() const {
  for (const CLI::Option* option : app_.get_options()) {
    if (option->get_items_expected_max() > 0 && option->count() > 1) {
      return fail(flag_of(option), "given more than once; see --help");
    }
  }
  return {};
}

std::expected<void, ConfigError> CommandLine::check_contradictions() const {
  for (const Collector& collector : collectors_) {
    if (collector.on->count() > 0 && collector.off->count() > 0) {
      return fail("--no-collector." + collector.name,
                  fmt::format("contradicts --collector.{}; see --help", collector.name));
    }
  }
  if (once() && check_config()) {
    return fail("--config.check", "cannot be used together with --once; see --help");
  }
  return {};
}

std::string CommandLine::help_text() const {
  return CLI::detail::find_and_replace(app_.help(), "\n\n\n", "\n\n");
}

std::string CommandLine::man_text() const {
  std::vector<FlagGroup> groups;
  for (const CLI::Option* option : app_.get_options()) {
    const std::string& title = option->get_group();
    if (title.empty()) {
      continue;
    }
    auto group = std::ranges::find(groups, title, &FlagGroup::title);
    if (group == groups.end()) {
      group = groups.insert(groups.end(), {.title = title, .flags = {}});
    }
    group->flags.push_back({.names = option->get_name(false, true),
                            .value_name = option->get_option_text(),
                            .help = option->get_description()});
  }
  return man_page(groups);
}

std::optional<std::string> CommandLine::file() const {
  if (file_->count() == 0) {
    return std::nullopt;
  }
  return file_->results().front();
}

std::expected<void, ConfigError> CommandLine::apply(Config& config) const {
  for (const auto& [setting, option] : values_) {
    if (option->count() == 0) {
      continue;
    }
    if (std::optional<std::string> wrong = setting->apply(option->results().front(), config)) {
      return fail(setting->flag, std::move(*wrong));
    }
    config.origins.insert_or_assign(std::string(setting->key), setting->flag);
  }
  for (const Collector& collector : collectors_) {
    for (const CLI::Option* option : {collector.on, collector.off}) {
      if (option->count() > 0) {
        config.collectors[collector.name].enabled = option == collector.on;
        config.origins.insert_or_assign(fmt::format("collectors.{}.enabled", collector.name),
                                        flag_of(option));
      }
    }
  }
  return {};
}

std::expected<void, ConfigError> apply_file(const std::string& path, Config& config) {
  const std::expected<std::string, ConfigError> text = read_file(path);
  if (!text) {
    return std::unexpected(text.error());
  }
  return apply_yaml(*text, path, config);
}

}  // namespace

std::expected<Invocation, ConfigError> read_invocation(int argc, const char* const* argv,
                                                       std::span<const CollectorDefaults> collectors) {
  CommandLine line(collectors);
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  const auto arguments = words.subspan(words.empty() ? 0 : 1);
  if (auto parsed = line.parse({arguments.begin(), arguments.end()}); !parsed) {
    return std::unexpected(parsed.error());
  }
  Invocation invocation;
  invocation.config = default_config(collectors);
  if (line.help() || line.help_man() || line.version()) {
    invocation.action = Invocation::Action::print;
    invocation.text = line.help()       ? line.help_text()
                      : line.help_man() ? line.man_text()
                                        : fmt::format("glusterfs_exporter, version {} (revision {})\n",
                                                      build_version(), build_revision());
    return invocation;
  }
  if (line.once()) {
    invocation.action = Invocation::Action::once;
  } else if (line.check_config()) {
    invocation.action = Invocation::Action::check_config;
  }
  if (const std::optional<std::string> file = line.file()) {
    if (auto applied = apply_file(*file, invocation.config); !applied) {
      return std::unexpected(applied.error());
    }
  }
  if (auto applied = line.apply(invocation.config); !applied) {
    return std::unexpected(applied.error());
  }
  return invocation;
}

}  // namespace glusterfs_exporter::config
