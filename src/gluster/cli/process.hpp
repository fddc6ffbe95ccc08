#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "common/error.hpp"

namespace glusterfs_exporter::gluster {

/// One program to run. argv[0] is the program's absolute path, or a name looked up in PATH and the sbin
/// folders.
struct Command {
  std::vector<std::string> argv;
  std::chrono::milliseconds deadline;  ///< from the start of the program to its end
  std::size_t max_output_bytes;        ///< standard output beyond this is an error of kind oversize
};

/// A program that ran to its own end within its limits.
struct Finished {
  int exit_status = 0;  ///< 0–255, or 128 + the signal's number
  std::string out;      ///< standard output, whole
  std::string err;      ///< standard error, cut after 4 KiB: only for messages
};

/// Runs `command` and waits for its first process (the leader) to end: no shell, standard input /dev/null, no
/// other descriptors, LC_ALL=C, a process group of its own.
///
/// At the deadline, on too much output, or when `stop` is requested the whole group gets TERM, and KILL as
/// soon as the leader has ended, half a second later at the latest. When the leader ends by itself, what lies
/// in the pipes is read and the rest of the group gets KILL: a process that lives on, or that left the group,
/// delays nothing. In every case the leader is reaped and the pipes are closed. A leader that not even KILL
/// ends within two more seconds is left to a background thread, so that this never blocks for ever.
///
/// Orphans of the group are reaped by init; as process 1 of a container this program needs one (`docker run
/// --init`). The caller must not ignore SIGCHLD, nor change the environment while other threads are in here.
///
/// Errors: timeout, oversize, spawn, cancelled, and exit when the program ended but its status was not to be
/// had. An exit status other than 0 is no error here. The context names the program with its arguments. Safe
/// to call from several threads at once.
Result<Finished> run_process(const Command& command, std::stop_token stop);

/// The absolute path of `program` as run_process would start it; an error of kind spawn that says where was
/// looked. With a slash it is a path, a relative one being taken from the working directory. Without, it is
/// looked up in the absolute folders of $PATH (a relative one would let whoever owns the working directory
/// choose the program), then in the usual sbin and bin folders, which a service's PATH often lacks.
Result<std::string> find_program(const std::string& program);

}  // namespace glusterfs_exporter::gluster
