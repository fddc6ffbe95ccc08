#pragma once

#include <optional>

namespace glusterfs_exporter {

/// For a program that may be the first process of a container. That one has two duties that the kernel gives
/// to nobody else: to reap whatever ends without a parent, and to end on SIGTERM, which without a handler
/// does nothing there.
///
/// As process 1 this forks. The child goes on with nothing, to do the program's work; in the parent this
/// returns the program's exit status once the child has ended (128 and the signal when one ended it), having
/// reaped orphans and passed signals on all the while. Not as process 1 it does nothing and returns nothing.
///
/// A process of its own, since who reaps whatever ends would take the exit status from those who wait for
/// theirs. To be called before threads run.
std::optional<int> run_below_init();

}  // namespace glusterfs_exporter
