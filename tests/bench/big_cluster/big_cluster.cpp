// Stands in for the glusterd and the bricks of one node of a big cluster.
//
//   big_cluster FOLDER VOLUMES BRICKS LOCAL [FOPS [own-filesystems]]
//
// makes a cluster of VOLUMES volumes of BRICKS bricks each, replica 3, LOCAL of which lie on this node, whose
// bricks have counted FOPS kinds of operations (all of them unless said otherwise), and says "ready". It
// serves
//   - FOLDER/glusterd.sock and a socket for each local brick, over which it speaks as Gluster's daemons do,
//   - for /proc a process that looks like glusterd and one like glusterfsd for each local brick, which do
//   nothing,
//   - folders of bricks with empty indices, with `own-filesystems` each a file system of its own (needs root,
//   and a
//     mount namespace that nobody minds),
//   - for big_gluster with this socket, files with the CLI's answers.
// It ends when its standard input does. FOLDER has to be short, for sockets' paths are.

#include <signal.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unordered_map>

#include "cli_answers.hpp"
#include "common/unique_fd.hpp"
#include "gluster/fops.hpp"
#include "gluster/rpc/record.hpp"
#include "wire_answers.hpp"

namespace glusterfs_exporter::bench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void put_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  if (!(std::ofstream(path, std::ios::binary) << text).flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

/// Starts a process of this name and with these arguments that does nothing, and ends with this one. Its
/// folder says which version of Gluster's translators it has loaded, as the exporter reads it.
pid_t start_idle(const Shape& shape, std::vector<std::string> arguments) {
  const auto program = shape.folder() + "/glusterfs/10.3/xlator/" + arguments.front();
  if (!fs::exists(program)) {
    fs::create_directories(fs::path(program).parent_path());
    fs::copy_file(fs::read_symlink("/proc/self/exe").parent_path() / "big_gluster", program);
  }
  std::vector<char*> argv;
  for (auto& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid < 0) {
    fail("fork");
  }
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) {
      ::execv(program.c_str(), argv.data());
    }
    ::_exit(127);
  }
  return pid;
}

std::string socket_of(const Shape& shape, std::size_t brick) {
  return shape.folder() + "/run/" + std::to_string(brick) + ".sock";
}

void start_glusterd(const Shape& shape) {
  put_file(shape.folder() + "/lib/glusterd.info",
           "UUID=" + Shape::uuid_of(0) + "\noperating-version=100000\n");
  start_idle(shape, {"glusterd", "-p", shape.folder() + "/run/glusterd.pid", "--xlator-option",
                     "management.working-directory=" + shape.folder() + "/lib", "--xlator-option",
                     "management.run-directory=" + shape.folder() + "/run"});
}

/// The process, its pid file and the brick's folder, as glusterd and the brick make them.
void start_brick(const Shape& shape, const BrickPlace& brick, const std::string& socket,
                 bool own_filesystem) {
  const auto id = shape.id_of(brick);
  const auto volume = Shape::volume_name(brick.volume);
  auto name = id.host + id.path;
  std::ranges::replace(name, '/', '-');
  const auto pid_file = shape.folder() + "/run/vols/" + volume + "/" + name + ".pid";
  const auto port = std::to_string(49152 + brick.volume);
  const auto pid = start_idle(shape, {"glusterfsd",
                                      "-s",
                                      id.host,
                                      "--volfile-id",
                                      volume + "." + name,
                                      "-p",
                                      pid_file,
                                      "-S",
                                      socket,
                                      "--brick-name",
                                      id.path,
                                      "-l",
                                      "/var/log/glusterfs/bricks/" + name + ".log",
                                      "--xlator-option",
                                      "*-posix.glusterd-uuid=" + Shape::uuid_of(0),
                                      "--process-name",
                                      "brick",
                                      "--brick-port",
                                      port,
                                      "--xlator-option",
                                      volume + "-server.listen-port=" + port});
  put_file(pid_file, std::to_string(pid) + "\n");
  fs::create_directories(id.path);
  if (own_filesystem && ::mount("tmpfs", id.path.c_str(), "tmpfs", 0, "size=1m") != 0) {
    fail("mount at " + id.path);
  }
  put_file(id.path + "/.glusterfs/indices/xattrop/xattrop-6b1a0b57-1a3c-4ad2-9d8b-0c6c5d1c8f11", "");
  put_file(id.path + "/.glusterfs/indices/dirty/dirty-6b1a0b57-1a3c-4ad2-9d8b-0c6c5d1c8f11", "");
}

/// Answers all calls on all sockets, on one thread.
class Server {
 public:
  explicit Server(const WireAnswers& answers) : answers_(answers), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    watch(STDIN_FILENO);
  }

  void listen_at(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
      throw std::runtime_error(path + ": too long for a socket");
    }
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.get(), 16) != 0) {
      fail(path);
    }
    watch(fd.get());
    const int number = fd.get();
    listeners_.emplace(number, std::move(fd));
  }

  void run() {
    std::array<epoll_event, 64> events{};
    while (true) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
        if (fd == STDIN_FILENO) {
          return;
        }
        if (listeners_.contains(fd)) {
          accept_at(fd);
        } else if (!serve(fd)) {
          connections_.erase(fd);
        }
      }
    }
  }

 private:
  struct Connection {
    UniqueFd fd;
    gluster::rpc::RecordReader reader{std::size_t{1} << 20U};
  };

  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      fail("epoll");
    }
  }

  void accept_at(int listener) {
    UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (fd.is_open()) {
      watch(fd.get());
      const int number = fd.get();
      connections_[number] = {std::move(fd)};
    }
  }

  /// False when the other side is gone.
  bool serve(int fd) {
    auto& connection = connections_.at(fd);
    std::array<char, 16384> chunk;
    const auto count = ::recv(fd, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count <= 0) {
      return count < 0 && errno == EAGAIN;
    }
    std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
    while (!bytes.empty()) {
      if (connection.reader.read(bytes) != gluster::rpc::RecordReader::State::complete) {
        return true;
      }
      const auto answer = answers_.answer(connection.reader.take());
      if (answer.empty() || !send(fd, answer)) {
        return false;
      }
    }
    return true;
  }

  static bool send(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  const WireAnswers& answers_;
  UniqueFd epoll_;
  std::unordered_map<int, UniqueFd> listeners_;
  std::unordered_map<int, Connection> connections_;
};

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void run(const Shape& shape, bool own_filesystems) {
  allow_many_files();
  fs::create_directories(shape.folder() + "/run");
  write_cli_answers(shape);
  const WireAnswers answers(shape);
  Server server(answers);
  server.listen_at(shape.folder() + "/glusterd.sock");
  start_glusterd(shape);
  const auto bricks = shape.local_bricks();
  for (std::size_t i = 0; i < bricks.size(); ++i) {
    server.listen_at(socket_of(shape, i));
    start_brick(shape, bricks[i], socket_of(shape, i), own_filesystems);
  }
  std::cout << "ready" << std::endl;
  server.run();
}

}  // namespace
}  // namespace glusterfs_exporter::bench

int main(int argc, char** argv) {
  using namespace glusterfs_exporter;
  if (argc < 5) {
    std::cerr << "usage: big_cluster FOLDER VOLUMES BRICKS LOCAL [FOPS [own-filesystems]]\n";
    return 2;
  }
  const int fops = argc > 5 ? std::atoi(argv[5]) : static_cast<int>(gluster::kFops.size());
  try {
    bench::run(bench::Shape(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]), fops),
               argc > 6);
  } catch (const std::exception& error) {
    std::cerr << "big_cluster: " << error.what() << "\n";
    return 1;
  }
}
