#pragma once

#include <string>

#include "gluster/cli/process.hpp"

namespace glusterfs_exporter::test {

/// What a command would have printed around `body`.
inline std::string cli_output(const std::string& body, int op_ret = 0, int op_errno = 0,
                              const std::string& op_errstr = "") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cliOutput><opRet>" +
         std::to_string(op_ret) + "</opRet><opErrno>" + std::to_string(op_errno) + "</opErrno><opErrstr>" +
         op_errstr + "</opErrstr>" + body + "</cliOutput>\n";
}

}  // namespace glusterfs_exporter::test
