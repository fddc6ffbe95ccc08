#include "config/man_page.hpp"

#include <fmt/format.h>

#include <string_view>

#include "common/build_info.hpp"

namespace glusterfs_exporter::config {
namespace {

/// What goes before the options. Nothing in it that roff would take for a request except what is meant as
/// one.
constexpr std::string_view kStart = R"(.SH NAME
glusterfs_exporter \- Prometheus exporter for GlusterFS
.SH SYNOPSIS
.B glusterfs_exporter
.RI [ FLAG ...]
.SH DESCRIPTION
.B glusterfs_exporter
watches the GlusterFS cluster that this machine belongs to and serves what it sees to Prometheus at
.IR /metrics ,
to people as a live page at
.IR / ,
and to programs as JSON.
One runs on each node, as root.
Each tells of its own node, and one of them, the leader, of the cluster as a whole.
They find each other through Gluster's list of peers.
.PP
It changes nothing: all commands that it runs and all calls that it makes only read.
Everything has a default; it needs neither flags nor a file.
)";

constexpr std::string_view kEnd = R"(.SH SIGNALS
.TP
.BR SIGTERM ", " SIGINT
End within seconds, and end commands that run.
.TP
.B SIGHUP
Read the configuration file, and the files that it names, anew.
A bad one is refused, and the one there was stays.
.SH EXIT STATUS
.TP
.B 0
All was well, or it was told to end.
.TP
.B 1
.B \-\-once
did not get an answer from glusterd.
.TP
.B 2
A flag, the configuration file or the address to listen on is wrong.
One line on standard error names the place and says what would be right.
.SH ENVIRONMENT
.TP
.BR NOTIFY_SOCKET ", " WATCHDOG_USEC ", " LISTEN_FDS
What
.BR systemd (1)
tells the services it starts; see
.BR sd_notify (3),
.BR sd_watchdog_enabled (3)
and
.BR sd_listen_fds (3).
A listening IPv4 socket that is passed on is served in place of
.BR \-\-web.listen\-address .
.SH FILES
.TP
.I /etc/glusterfs_exporter/glusterfs_exporter.yml
The configuration file that the service of the Debian package reads.
It shows every setting with its default.
.TP
.I /etc/default/glusterfs_exporter
Flags for that service.
.TP
.I /usr/share/glusterfs_exporter/
Alerts and recording rules for Prometheus, dashboards for Grafana.
.SH EXAMPLES
Look at one page of metrics:
.PP
.RS
.nf
glusterfs_exporter \-\-once
.fi
.RE
.PP
Look for mistakes in a configuration file:
.PP
.RS
.nf
glusterfs_exporter \-\-config.file=/etc/glusterfs_exporter/glusterfs_exporter.yml \-\-config.check
.fi
.RE
.SH SEE ALSO
.BR gluster (8),
.BR glusterd (8),
.BR prometheus (1)
)";

/// Text that stands for itself in roff, as part of a line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char character : text) {
    switch (character) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";  // else it is a hyphen, which nobody can paste into a shell
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '"':
        out += "\\(dq";  // would end an argument
        break;
      default:
        out += character;
    }
  }
  return out;
}

/// The same as lines of their own: neither a '.' nor anything else at their start is a request.
std::string lines(std::string_view text) {
  return "\\&" + escaped(text) + "\n";
}

}  // namespace

std::string man_page(const std::vector<FlagGroup>& groups) {
  std::string page =
      fmt::format(".TH GLUSTERFS_EXPORTER 8 \"\" \"glusterfs_exporter {}\" \"System Administration\"\n",
                  escaped(build_version()));
  page += kStart;
  page += ".SH OPTIONS\n";
  for (const auto& group : groups) {
    page += fmt::format(".SS \"{}\"\n", escaped(group.title));
    for (const auto& flag : group.flags) {
      page += fmt::format(".TP\n\\fB{}\\fR", escaped(flag.names));
      if (!flag.value_name.empty()) {
        page += fmt::format("=\\fI{}\\fR", escaped(flag.value_name));
      }
      page += '\n' + lines(flag.help);
    }
  }
  page += kEnd;
  return page;
}

}  // namespace glusterfs_exporter::config
