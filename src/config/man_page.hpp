#pragma once

#include <string>
#include <vector>

namespace glusterfs_exporter::config {

/// A flag as --help shows it.
struct FlagHelp {
  std::string names;       ///< "-h,--help"
  std::string value_name;  ///< "FILE"; empty for a switch
  std::string help;
};

struct FlagGroup {
  std::string title;
  std::vector<FlagHelp> flags;
};

/// The page glusterfs_exporter(8) as man(7) macros, its options being these. Without a date, so that the same
/// sources give the same page.
std::string man_page(const std::vector<FlagGroup>& groups);

}  // namespace glusterfs_exporter::config
