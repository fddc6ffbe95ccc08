#pragma once

#include <memory>
#include <pugixml.hpp>
#include <string>

#include "common/error.hpp"
#include "gluster/cli/process.hpp"
#include "gluster/cli/request.hpp"

namespace glusterfs_exporter::gluster {

/// What a command printed, judged: this exists only when Gluster says the command worked, or that there is
/// nothing.
struct Answer {
  bool nothing_there = false;
  std::string text;  ///< the answer as text, valid UTF-8; empty when it is XML
  /// What `xml` points into: answers about all volumes are large, and a copy is as large again.
  std::string xml_bytes;
  std::unique_ptr<pugi::xml_document> xml;  ///< null when the command's answer is text, or nothing is there

  /// The element <cliOutput>; only where `xml` is not null.
  [[nodiscard]] pugi::xml_node root() const { return xml->child("cliOutput"); }
};

/// Judges a finished command by its exit status, opRet and opErrno together, since each alone is wrong at
/// times. Errors: lock, timeout (the CLI's own), exit, parse, empty.
Result<Answer> read_answer(const Request& request, Finished finished);

}  // namespace glusterfs_exporter::gluster
