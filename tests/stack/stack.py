"""What only the tests in this folder share."""

import html.parser
from pathlib import Path
from typing import NamedTuple

from support import ASK_THE_NODE, COLLECTORS, OFF_BY_DEFAULT, CommandStart, collectors_every, question_of

WATCHED_GLUSTER = str(Path(__file__).resolve().parent / "watched_gluster")

# The collectors that run when only the CLI is asked.
BY_CLI = tuple(collector for collector in COLLECTORS if collector not in ASK_THE_NODE)
ALL_OK = {collector: "ok" for collector in BY_CLI if collector not in OFF_BY_DEFAULT}

# What a page still holds when nothing is known of Gluster: what the exporter knows of itself, and that Gluster is gone.
NAMES_WITHOUT_GLUSTER = {
    "glusterfs_up",
    "glusterfs_cluster_health",
    "glusterfs_exporter_build_info",
    "glusterfs_exporter_leader",
    "glusterfs_exporter_source_info",
    "glusterfs_scrape_collector_success",
    "glusterfs_scrape_collector_failure_info",
    "glusterfs_scrape_collector_duration_seconds",
    "glusterfs_collector_last_success_timestamp_seconds",
    "glusterfs_collector_interval_seconds",
    "glusterfs_exporter_command_duration_seconds_bucket",
    "glusterfs_exporter_command_duration_seconds_sum",
    "glusterfs_exporter_command_duration_seconds_count",
    "glusterfs_exporter_command_failures_total",
    "glusterfs_exporter_config_last_reload_success_timestamp_seconds",
    "glusterfs_exporter_config_last_reload_successful",
    "glusterfs_exporter_http_requests_total",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_open_fds",
    "process_max_fds",
    "process_threads",
    "process_start_time_seconds",
}


def every_second(timeout="20s", **choice):
    """A configuration that lets things happen soon; the same deadline for all commands."""
    return {
        "gluster": {"timeouts": {"query": timeout, "transaction": timeout, "crawl": timeout}},
        "collectors": collectors_every("1s", without=ASK_THE_NODE, **choice),
    }


def every_hour():
    """A configuration in which each collector runs once and then no more."""
    return {"collectors": collectors_every("1h", without=ASK_THE_NODE)}


def about_gluster(samples):
    """The samples that Gluster's answers decide."""
    return {
        key: value
        for key, value in samples.items()
        if key[0] not in NAMES_WITHOUT_GLUSTER or key[0] in ("glusterfs_up", "glusterfs_cluster_health")
    }


def wait_until_all_is_well(exporter, limit=30):
    """Waits until every collector has succeeded and gives the page's samples of that moment."""
    last = [{}]

    def well(samples):
        last[0] = samples.collector_results()
        return samples if last[0] == ALL_OK and samples.value("glusterfs_up") == 1 else None

    try:
        return exporter.wait_for(well, "every collector succeeds", limit)
    except AssertionError as error:
        raise AssertionError(f"{error}; {last[0]}") from None


class Moment(NamedTuple):
    what: str  # start or end
    seconds: float
    command: CommandStart


def read_watched_log(path):
    """What watched_gluster wrote, in the order in which it happened."""
    moments = []
    for line in path.read_text().splitlines():
        what, pid, seconds, *arguments = line.split()
        moments.append(Moment(what, float(seconds), CommandStart(int(pid), question_of(arguments))))
    return moments


def overlaps(moments, counts):
    """Pairs of questions that ran at the same time, among the commands for which `counts(command)` holds."""
    running = {}
    found = []
    for moment in moments:
        command = moment.command
        if not counts(command):
            continue
        if moment.what == "start":
            found += [(other, command.question) for other in running.values()]
            running[command.pid] = command.question
        else:
            del running[command.pid]
    return found


class LandingPage(html.parser.HTMLParser):
    """The links of the page, and the rows of its table as texts; strict about what was opened and not closed."""

    _VOID = {"meta", "link", "br", "hr", "img"}

    def __init__(self, text):
        super().__init__()
        self.links, self.rows, self._open = [], [], []
        self.feed(text)
        self.close()
        if self._open:
            raise AssertionError(f"not closed: {self._open}")

    def handle_starttag(self, tag, attributes):
        if tag not in self._VOID:
            self._open.append(tag)
        if "href" in dict(attributes):
            self.links.append(dict(attributes)["href"])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] += data
