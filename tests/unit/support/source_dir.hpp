#pragma once

#include <filesystem>

namespace glusterfs_exporter::test {

/// The folder of the checkout. Only one source file knows it, so that a compiler cache serves all checkouts.
std::filesystem::path source_dir();

}  // namespace glusterfs_exporter::test
