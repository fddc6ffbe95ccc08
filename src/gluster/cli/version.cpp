#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "gluster/cli/lines.hpp"

namespace glusterfs_exporter::gluster {

Result<std::uint64_t> read_option_number(pugi::xml_node root) {
  const auto value = number_of(root.child("volGetopts").child("Opt"), "Value");
  if (!value) {
    return missing("volume get", "Value");
  }
  return *value;
}

Result<std::string> read_version(std::string_view text) {
  for (const auto line : lines_of(text)) {
    if (const auto version = after_prefix(line, "glusterfs ")) {
      return std::string(version->substr(0, version->find(' ')));
    }
  }
  return std::unexpected(Error{ErrorKind::parse, "version: no line 'glusterfs VERSION' in the answer"});
}

}  // namespace glusterfs_exporter::gluster
