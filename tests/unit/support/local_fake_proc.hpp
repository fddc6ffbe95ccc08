#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>

namespace glusterfs_exporter::test {

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "local-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes `text`, making the folders above it.
inline void put_file(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

struct FakeProcess {
  int pid = 0;
  std::string comm;
  std::uint64_t start_ticks = 5000;
  int parent = 1;
  char state = 'S';
};

/// A folder that looks like /proc, booted at second 1000.
class FakeProc {
 public:
  FakeProc() { put_file(root() / "stat", "cpu  1 2 3\nintr 5\nbtime 1000\nprocesses 7\n"); }

  [[nodiscard]] const std::filesystem::path& root() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path of(int pid) const { return root() / std::to_string(pid); }

  static std::string stat_line(const FakeProcess& process) {
    return std::to_string(process.pid) + " (" + process.comm + ") " + process.state + " " +
           std::to_string(process.parent) + " 7 7 0 -1 4194624 3069 0 17 0 200 100 0 0 20 0 17 0 " +
           std::to_string(process.start_ticks) + " 899604480 10 18446744073709551615 1 2\n";
  }

  /// `words` are the arguments, divided by single spaces.
  void put(const FakeProcess& process, std::string words, std::string_view version = "10.3") const {
    put_file(of(process.pid) / "stat", stat_line(process));
    for (char& c : words) {
      c = c == ' ' ? '\0' : c;
    }
    put_file(of(process.pid) / "cmdline", words + '\0');
    put_file(of(process.pid) / "maps",
             "7f00-7f01 r--p 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n"
             "7f02-7f03 r--p 00000000 fe:00 2 /usr/lib/x86_64-linux-gnu/glusterfs/" +
                 std::string(version) + "/xlator/protocol/server.so\n");
    for (const auto* fd : {"0", "1", "2"}) {
      put_file(of(process.pid) / "fd" / fd, "");
    }
  }

  void remove(int pid) const { std::filesystem::remove_all(of(pid)); }

 private:
  TemporaryFolder folder_;
};

}  // namespace glusterfs_exporter::test
