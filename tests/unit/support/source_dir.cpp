#include "support/source_dir.hpp"

namespace glusterfs_exporter::test {

std::filesystem::path source_dir() {
  return GLUSTERFS_EXPORTER_SOURCE_DIR;
}

}  // namespace glusterfs_exporter::test
