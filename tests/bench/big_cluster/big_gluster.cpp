// Stands in for the `gluster` command: prints what write_cli_answers() wrote, as cheaply as can be, so that
// what is measured is the exporter. Linked statically: starting it is most of what it costs.
//
//   big_gluster --mode=script --glusterd-sock=FOLDER/SOCKET ARGUMENT…
//
// Under the name of a daemon (glusterd, glusterfsd) it does nothing until it is ended.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kFirstVolume = "vol0000";

bool is_volume(std::string_view argument) {
  return argument.size() == kFirstVolume.size() && argument.starts_with("vol") &&
         argument.find_first_not_of("0123456789", 3) == std::string_view::npos;
}

/// False when nobody reads.
bool put(const char* bytes, std::size_t count) {
  while (count > 0) {
    const auto written = ::write(STDOUT_FILENO, bytes, count);
    if (written <= 0) {
      return false;
    }
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (std::string_view(argv[0]).starts_with("gluster")) {
    while (true) {
      ::pause();
    }
  }
  std::string folder;
  std::string name;
  std::string volume;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    constexpr std::string_view kSocket = "--glusterd-sock=";
    if (argument.starts_with(kSocket)) {
      folder = argument.substr(kSocket.size(), argument.rfind('/') - kSocket.size());
      continue;
    }
    if (argument == "--mode=script" || argument == "--xml") {
      continue;
    }
    if (is_volume(argument)) {
      volume = argument;
      argument = kFirstVolume;
    }
    while (argument.starts_with('-')) {
      argument.remove_prefix(1);
    }
    name += (name.empty() ? "" : "-") + std::string(argument);
  }
  const int file = ::open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) {
    const auto error = "big_gluster: no answer to " + name + "\n";
    (void)!::write(STDERR_FILENO, error.data(), error.size());
    return 1;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) {
    return 1;
  }
  auto* text = static_cast<char*>(bytes);
  if (!volume.empty() && volume != kFirstVolume) {
    for (auto* at = text;
         (at = static_cast<char*>(::memmem(at, size - static_cast<std::size_t>(at - text),
                                           kFirstVolume.data(), kFirstVolume.size()))) != nullptr;
         at += kFirstVolume.size()) {
      std::memcpy(at, volume.data(), volume.size());
    }
  }
  return put(text, size) ? 0 : 1;
}
