#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/recorded.hpp"

namespace glusterfs_exporter::test {

/// Compares `actual` with the file; with UPDATE_EXPECTED=1 in the environment writes the file instead.
inline void expect_file(const std::filesystem::path& path, const std::string& actual) {
  if (const char* update = std::getenv("UPDATE_EXPECTED");
      update != nullptr && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(read_file(path), actual) << path << " is not what is made now. If the change is meant, "
                                     << "run scripts/test.sh --update and look at the difference.";
}

}  // namespace glusterfs_exporter::test
