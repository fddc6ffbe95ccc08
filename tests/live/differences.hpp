#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

/// What two ways of asking the same question disagree about.
namespace glusterfs_exporter::live {

struct Comparison {
  std::size_t compared = 0;  ///< records that both ways told of
  std::vector<std::string> differences;

  /// The two texts of one record.
  void same(const std::string& what, const std::string& by_cli, const std::string& by_socket) {
    ++compared;
    if (by_cli != by_socket) {
      differences.push_back(what + ": cli " + by_cli + ", sockets " + by_socket);
    }
  }

  /// Texts of many records, a line each; the lines that one way has and the other lacks are the differences.
  void same_lines(const std::string& by_cli, const std::string& by_socket) {
    const auto cli = lines(by_cli);
    const auto socket = lines(by_socket);
    compared += cli.size();
    const auto only_in = [this](const char* way, const auto& some, const auto& others) {
      std::vector<std::string> missing;
      std::ranges::set_difference(some, others, std::back_inserter(missing));
      for (const auto& line : missing) {
        differences.push_back(std::string("only ") + way + ": " + line);
      }
    };
    only_in("cli", cli, socket);
    only_in("sockets", socket, cli);
    if (by_cli != by_socket && differences.empty()) {
      differences.emplace_back("the same lines in another order");
    }
  }

  /// A counter that the CLI read at some moment between two at which it was read without.
  void between(const std::string& what, double before, double by_cli, double after) {
    constexpr double kRounding = 1e-6;  // the CLI prints averages with six digits
    if (by_cli < before - kRounding * before || by_cli > after + kRounding * after) {
      std::ostringstream text;
      text.precision(17);
      text << what << ": cli " << by_cli << ", sockets " << before << " before and " << after << " after";
      differences.push_back(text.str());
    }
  }

 private:
  static std::multiset<std::string> lines(const std::string& text) {
    std::multiset<std::string> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      found.insert(line);
    }
    return found;
  }
};

/// The smallest and the largest of the values seen.
struct Range {
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;

  void take(std::uint64_t value) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
};

}  // namespace glusterfs_exporter::live
