#pragma once

#include "shape.hpp"

namespace glusterfs_exporter::bench {

/// Writes what the CLI prints about a cluster of this shape to files in its folder, named and laid out as
/// those in tests/fixtures/gluster-10.3; big_gluster prints them. Questions about single volumes have one
/// file for all, in which the name of the first volume stands for the name of the one that is asked about.
void write_cli_answers(const Shape& shape);

}  // namespace glusterfs_exporter::bench
