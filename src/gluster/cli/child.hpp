#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/unique_fd.hpp"

namespace glusterfs_exporter::gluster {

/// A program running as the leader of a process group of its own, and our ends of its two output pipes.
///
/// The leader stays unreaped until end(): as long as it is at least a zombie its number can be given to no
/// other process or group, so every signal sent here reaches this group or nothing. Used by one thread at a
/// time.
class Child {
 public:
  /// Starts the file `program` with `argv`; there is no shell and no search in PATH. Standard input is
  /// /dev/null, no other descriptor of this process is passed on, the signal mask is empty and every signal
  /// has its default action. The environment is this process's in the C locale: Gluster's texts are then the
  /// ones the parsers know. Errors: spawn.
  static Result<Child> start(const std::string& program, const std::vector<std::string>& argv);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Ends the group if end() was not called.
  ~Child();

  /// The pipes' read ends, and a descriptor that becomes readable when the leader has ended. Owned by this
  /// object.
  [[nodiscard]] int out_fd() const { return out_.get(); }
  [[nodiscard]] int err_fd() const { return err_.get(); }
  [[nodiscard]] int ended_fd() const { return ended_.get(); }

  /// Asks the whole group to end (TERM) and gives the leader `grace` to do so. end() must follow.
  void terminate(std::chrono::milliseconds grace) const;

  /// Ends whatever is left of the group (KILL) and reaps the leader; to be called once. The leader's exit
  /// status, or 128 + the number of the signal that ended it. Empty when the kernel does not give the status
  /// within two seconds (the leader hangs in a dead file system, a debugger holds it): then a thread of its
  /// own goes on waiting, so that no zombie is left.
  std::optional<int> end();

 private:
  Child(pid_t leader, UniqueFd out, UniqueFd err);

  pid_t leader_;  // also the group's number; -1 after end() or a move
  UniqueFd out_;
  UniqueFd err_;
  UniqueFd ended_;
};

}  // namespace glusterfs_exporter::gluster
