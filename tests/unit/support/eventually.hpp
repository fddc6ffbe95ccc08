#pragma once

#include <chrono>
#include <thread>

namespace glusterfs_exporter::test {

/// Waits until `condition()` holds, as long as a busy machine may need for what should happen at once.
template <class Condition>
bool eventually(Condition condition) {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

}  // namespace glusterfs_exporter::test
