#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gluster/cli/cli_source.hpp"
#include "support/source_dir.hpp"

/// Recorded answers of the real gluster, for tests.
namespace glusterfs_exporter::test {

inline std::filesystem::path fixtures() {
  return source_dir() / "tests/fixtures";
}

inline std::string read_file(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : throw std::runtime_error("cannot read " + path.string());
}

/// The file that tests/fakes/recording_gluster writes for these arguments, without its ending.
inline std::string recorded_name(const std::vector<std::string>& argv) {
  std::string name;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (argv[i] != "--mode=script" && argv[i] != "--xml" && !argv[i].starts_with("--glusterd-sock=")) {
      name += name.empty() ? argv[i] : "-" + argv[i];
    }
  }
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

/// A process runner that answers from a folder of recorded answers; a command without one fails as a command
/// would. Gluster's own exit statuses were 0 for all of them but the geo-replication one, which says so in
/// text.
inline gluster::ProcessRunner recorded_gluster(const std::filesystem::path& folder) {
  return [folder](const gluster::Command& command) -> Result<gluster::Finished> {
    const auto name = recorded_name(command.argv);
    for (const auto* ending : {".xml", ".txt"}) {
      if (const auto file = folder / (name + ending); std::filesystem::exists(file)) {
        auto text = read_file(file);
        const int status = text.starts_with("geo-replication command failed") ? 2 : 0;
        return gluster::Finished{status, std::move(text), ""};
      }
    }
    return gluster::Finished{1, "", "no recorded answer: " + name};
  };
}

inline gluster::CliOptions test_cli_options() {
  using namespace std::chrono_literals;
  return {"gluster", "", 20s, 120s, 600s};
}

}  // namespace glusterfs_exporter::test
