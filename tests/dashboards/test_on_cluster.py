"""Every query of every panel, asked of a real Prometheus that scrapes real exporters of a real cluster; and whether the
panels that matter most say what Gluster, the kernel and the file system say."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import made_series
import rules
from cluster_support import NODES, Brick, cluster, write_files
from dashboards import FOLDER, Chosen, all_queries, interpolate, label_values, load, load_all, variables_of
from node_exporters import NodeExportersTestCase

from support import REPOSITORY, Prometheus, Receiver, free_port, to_yaml, wait_until, wait_until_equal

VOLUME = "dashtest"
PATH = "/limited"
MEBIBYTE = 1 << 20
FIRST_FILES = [f"file{number}" for number in range(30)]
# What only the cluster tells, and soon.
FAST = {name: {"interval": "4s"} for name in ("status", "quota", "rebalance", "bitrot", "max_op_version")}
PROMETHEUS = {
    "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "2s"},
    "rule_files": ["rules.yml"],
}
# An alert as they are written, whatever the real ones are.
ALERT = """\
groups:
  - name: test
    rules:
      - alert: GlusterBrickOffline
        expr: glusterfs_brick_online == 0
        labels:
          severity: critical
"""
HURT, HURT_BRICK = "rep3", 1


def setUpModule():
    cluster.bring_up()


class OnCluster(NodeExportersTestCase):
    """One cluster with everything turned on that it has, watched for a minute; then a brick of it is killed."""

    def setUp(self):
        super().setUp()
        self.queries = {str(query): query for query in all_queries()}
        self.variables = {name: variables_of(dashboard) for name, dashboard in load_all().items()}
        self.start_workload()
        self.start_exporters(
            config={
                "collectors": {**FAST, "top": {"enabled": True, "interval": "10s"}},
                "webhook": {"targets": self.webhooks()},
            }
        )
        self.started = time.time()
        self.prometheus = self.start_prometheus()
        self.make_volume()

    # --- the cluster, and who watches it

    def webhooks(self):
        """One that takes what comes, one that is not there."""
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        nobody = f"http://127.0.0.1:{free_port()}/"
        return {
            "good": {"url": receiver.url(), "interval": "2s", "send": "always"},
            "gone": {"url": nobody, "interval": "2s", "send": "always"},
        }

    def start_workload(self):
        points = [self.mount_or_skip(volume) for volume in ("rep3", "arb", "disp", "dist")]
        process = subprocess.Popen(
            [REPOSITORY / "scripts" / "workload.sh", *points], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        self.addCleanup(process.wait, 60)
        self.addCleanup(process.terminate)

    def start_prometheus(self):
        folder = tempfile.TemporaryDirectory(prefix="dashboards-prometheus-")
        self.addCleanup(folder.cleanup)
        (Path(folder.name) / "rules.yml").write_text(ALERT)
        targets = ", ".join(f'"{cluster.address(node)}:{self.port}"' for node in NODES)
        config = to_yaml({**PROMETHEUS, "rule_files": "[rules.yml]"})
        config += f"scrape_configs:\n  - job_name: glusterfs\n    static_configs:\n      - targets: [{targets}]\n"
        prometheus = Prometheus(Path(folder.name), config)
        self.addCleanup(prometheus.stop)
        wait_until(prometheus.is_ready, "prometheus is ready")
        return prometheus

    def make_volume(self):
        """A volume with quota, bitrot detection, and a rebalance behind it."""
        first, second = Brick(1, VOLUME), Brick(2, VOLUME)
        self.addCleanup(shutil.rmtree, second.path, ignore_errors=True)
        self.create_volume(VOLUME, str(first))
        self.make_paths_that_quota_looks_at()
        cluster.gluster("volume", "start", VOLUME)
        cluster.gluster("volume", "profile", VOLUME, "start")
        folder = cluster.mount(VOLUME)
        write_files(folder, FIRST_FILES, 10_000)
        cluster.gluster("volume", "quota", VOLUME, "enable")
        for timeout in ("soft-timeout", "hard-timeout"):
            cluster.gluster("volume", "quota", VOLUME, timeout, "0")
        (folder / PATH.strip("/")).mkdir()
        cluster.gluster("volume", "quota", VOLUME, "limit-usage", PATH, "10MB", "50%")
        cluster.gluster("volume", "quota", VOLUME, "limit-objects", PATH, "100")
        write_files(folder / PATH.strip("/"), ["a", "b", "c"], 2 * MEBIBYTE)
        cluster.gluster("volume", "add-brick", VOLUME, str(second), "force")
        cluster.gluster("volume", "rebalance", VOLUME, "start", "force")
        # Whatever changes the volume meanwhile can make it fail.
        self.moved_files = wait_until(self.moved_when_completed, "Gluster has completed the rebalance", 120)
        cluster.gluster("volume", "bitrot", VOLUME, "enable")
        cluster.gluster("volume", "bitrot", VOLUME, "scrub", "ondemand")

    def moved_when_completed(self):
        """How many files the rebalance has moved, as Gluster says; None before it has ended everywhere."""
        nodes = list(cluster.gluster_xml("volume", "rebalance", VOLUME, "status").iter("node"))
        self.assertNotIn("failed", {node.findtext("statusStr") for node in nodes})
        done = {node.findtext("statusStr") for node in nodes} == {"completed"}
        return sum(int(node.findtext("files")) for node in nodes) if done else None

    def make_paths_that_quota_looks_at(self):
        """As in test_features: `quota list` reads these whatever glusterd is told."""
        for folder, name, target in (
            ("/var/lib/glusterd/vols", VOLUME, cluster.folder(1) / "wd" / "vols" / VOLUME),
            ("/var/run/gluster", "quotad", cluster.folder(1) / "run" / "quotad"),
        ):
            link = Path(folder) / name
            if not link.parent.exists():
                link.parent.mkdir()
                self.addCleanup(link.parent.rmdir)
            if not link.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(target)
                self.addCleanup(link.unlink)
        for command in ("list", "limit"):
            self.addCleanup((Path("/var/run/gluster") / f"{VOLUME}_quota_{command}.pid").unlink, missing_ok=True)

    # --- asking

    def sent(self, query, **values):
        chosen = Chosen({"growth": "20s", **values}, interval="5s", rate_interval="20s", range="60s")
        return interpolate(query.expr, self.variables[query.dashboard], chosen)

    def ask(self, query, **values):
        """The series that a panel gets."""
        text = self.sent(query, **values)
        if query.instant:
            return self.prometheus.api("query", query=text)["result"]
        now = time.time()
        return self.prometheus.api("query_range", query=text, start=now - 60, end=now, step=5)["result"]

    def shown(self, key, *labels, **values):
        """What an instant query says: its number, or {the values of `labels`: number}."""
        found = self.prometheus.series(self.sent(self.queries[key], **values))
        if not labels:
            return found[0][1] if len(found) == 1 else None
        keys = [tuple(series[label] for label in labels) if len(labels) > 1 else series[labels[0]] for series, _ in found]
        return dict(zip(keys, (value for _, value in found)))

    def wait_until_shown(self, expected, key, *labels, limit=30, **values):
        wait_until_equal(lambda: self.shown(key, *labels, **values), expected, key, limit)

    # --- the test

    def test_dashboards(self):
        """In one, since the cluster that they all need takes a while to make."""
        for exporter in self.exporter_of.values():  # something for the panels about requests and notifications
            exporter.post("/api/v1/alerts", b"no JSON", {"Content-Type": "application/json"})
            exporter.get("/no-such-page")
        wait_until(lambda: self.shown("tasks / Oldest scrub (stat) / A") is not None, "a scrub has ended", 60)
        wait_until(lambda: time.time() > self.started + 30, "half a minute was watched", 60)
        self.empty = {key for key in self.queries if key not in made_series.exempt()}
        self.see_what_answers()
        self.variables_fill()
        self.values_are_those_of_gluster()

        cluster.kill_brick(HURT, HURT_BRICK)
        try:
            self.a_dead_brick_is_seen()
            wait_until(self.all_have_answered, "every query has an answer", 45, pause=1)
        except AssertionError:
            print("\n".join(["without an answer:", *sorted(self.empty)]), file=sys.stderr)
            raise
        finally:
            if os.environ.get("GLUSTERFS_EXPORTER_DRAW_DASHBOARDS"):
                self.draw()
            cluster.revive(HURT)
        self.wait_until_shown(0, "overview / Bricks offline (stat) / A")
        self.wait_until_shown(0, "overview / Volumes not up (stat) / A")

    def see_what_answers(self):
        for key in sorted(self.queries):
            found = self.ask(self.queries[key])
            if found:
                self.empty.discard(key)
            if self.queries[key].panel_type != "table":
                self.assertLessEqual(len(found), rules.MOST_LINES, key)

    def all_have_answered(self):
        for key in sorted(self.empty):
            if self.ask(self.queries[key]):
                self.empty.discard(key)
        return not self.empty

    def variables_fill(self):
        hosts = {cluster.address(node) for node in NODES}
        expected = {
            "job": {"glusterfs"},
            "cluster": set(),  # no label, nothing to choose
            "volume": {"rep3", "arb", "disp", "dist", VOLUME},
            "host": hosts,
            "instance": {f"{host}:{self.port}" for host in hosts},
        }
        for name, variables in self.variables.items():
            for variable in variables.values():
                if variable["type"] != "query":
                    continue
                with self.subTest(dashboard=name, variable=variable["name"]):
                    selector, label = label_values(interpolate(variable["query"]["query"], variables, Chosen({})))
                    values = self.prometheus.api(f"label/{label}/values", **{"match[]": selector})
                    if variable["name"] == "brick":
                        self.assertEqual(len(values), 17)
                    else:
                        self.assertEqual(set(values), expected[variable["name"]])
        # One volume chosen, two hosts chosen.
        self.assertEqual(self.shown("bricks / Bricks (stat) / A", volume=["arb"]), 6)
        self.assertEqual(self.shown("bricks / Bricks (stat) / A", volume=["arb"], host=sorted(hosts)[:2]), 4)
        self.assertEqual(self.shown("bricks / Bricks (stat) / A", cluster=["elsewhere"]), None)

    def values_are_those_of_gluster(self):
        self.wait_until_shown(0, "overview / Bricks offline (stat) / A")
        self.wait_until_shown(0, "overview / Volumes not up (stat) / A")
        self.wait_until_shown(0, "overview / Nodes gone (stat) / A")
        self.wait_until_shown(0, "overview / Daemons offline (stat) / A")
        self.assertEqual(self.shown("overview / Cluster (stat) / A"), 0)
        self.assertEqual(self.shown("hosts / Nodes (stat) / A"), cluster.connected_peers() + 1)
        self.assertEqual(self.shown("bricks / Bricks (stat) / A"), len(cluster.bricks_online()))
        self.assertEqual(
            self.shown("overview / Volumes (table) / D", "volume"),
            {name: len(list(volume.iter("brick"))) for name, volume in cluster.volumes().items()},
        )
        version = cluster.gluster("--version").split()[1]
        self.assertEqual(set(self.shown("hosts / Versions (table) / A", "version")), {version})
        op_version = cluster.gluster("volume", "get", "all", "cluster.op-version").split()[-1]
        self.assertEqual(self.shown("hosts / Operating version (stat) / A"), float(op_version))
        self.space_is_that_of_df()
        self.quota_is_that_of_gluster()
        self.rebalance_is_that_of_gluster()

    def space_is_that_of_df(self):
        """Others write to that file system, too, and df takes Gluster's reserve of one per cent for used."""
        sizes = self.shown("overview / Space (table) / C", "volume")
        free = self.shown("overview / Space (table) / B", "volume")
        used = self.shown("overview / Space (table) / A", "volume")
        for volume in ("rep3", "arb", "disp", "dist"):
            df = os.statvfs(cluster.mount(volume))
            self.assertAlmostEqual(sizes[volume] / (df.f_blocks * df.f_frsize), 1, delta=0.01, msg=volume)
            self.assertAlmostEqual(free[volume] / sizes[volume], df.f_bfree / df.f_blocks, delta=0.015, msg=volume)
            self.assertAlmostEqual(used[volume], 1 - df.f_bfree / df.f_blocks, delta=0.015, msg=volume)
        self.assertAlmostEqual(self.shown("overview / Fullest volume (stat) / A"), max(used.values()), delta=0.01)
        # All bricks of a host lie on one file system: it counts once.
        disk = os.statvfs(cluster.folder(1))
        for size in self.shown("overview / Hosts (table) / F", "host").values():
            self.assertAlmostEqual(size / (disk.f_blocks * disk.f_frsize), 1, delta=0.01)

    def quota_is_that_of_gluster(self):
        used = 6 * MEBIBYTE / (10 * MEBIBYTE)
        self.wait_until_shown({PATH: used}, "quota-and-snapshots / Directories (table) / D", "path")
        limit = next(cluster.gluster_xml("volume", "quota", VOLUME, "list").iter("limit"))
        self.assertEqual(
            self.shown("quota-and-snapshots / Directories (table) / A", "path"), {PATH: float(limit.findtext("used_space"))}
        )
        self.assertEqual(self.shown("quota-and-snapshots / Beyond the soft limit (stat) / A"), 1)
        self.assertEqual(self.shown("quota-and-snapshots / At the hard limit (stat) / A"), 0)

    def rebalance_is_that_of_gluster(self):
        self.assertGreater(self.moved_files, 0)
        self.wait_until_shown(self.moved_files, "tasks / Files moved (stat) / A")
        self.wait_until_shown(0, "tasks / At work (stat) / A")

    def a_dead_brick_is_seen(self):
        self.wait_until_shown(1, "overview / Bricks offline (stat) / A")
        self.wait_until_shown(1, "overview / Volumes not up (stat) / A")
        self.wait_until_shown(2, "overview / Cluster (stat) / A")  # degraded
        brick = Brick(HURT_BRICK + 1, HURT)
        down = {("brick", HURT, brick.host, brick.path): 0}
        labels = ("what", "volume", "host", "brick")
        self.assertEqual(self.shown("overview / What is down (table) / A", *labels), down)
        ((at, when),) = self.shown("overview / What is down (table) / B", *labels).items()
        self.assertIn(at, down)
        self.assertLess(abs(when / 1000 - time.time()), 30)
        alert = self.prometheus.series
        firing = self.queries["overview / Alerts that fire (table) / A"]
        ((labels_of, since),) = wait_until(lambda: alert(self.sent(firing)), "the alert fires")
        self.assertEqual((labels_of["alertname"], labels_of["brick"]), ("GlusterBrickOffline", brick.path))
        self.assertLess(abs(since / 1000 - time.time()), 30)
        annotation = load("overview")["annotations"]["list"][1]["target"]["expr"]
        self.assertEqual(self.prometheus.number(interpolate(annotation, self.variables["overview"], Chosen({}))), 1)
        self.heal_is_that_of_gluster()

    def heal_is_that_of_gluster(self):
        """What was written meanwhile waits; the load goes on, so what is shown lies between two answers of Gluster."""

        def said():
            counts = cluster.heal_count(HURT)
            return max(counts.values()) if counts else 0

        wait_until(lambda: said() > 5, "something waits for heal")

        def lies_between():
            least = said()
            time_asked = time.time()
            wait_until(
                lambda: self.prometheus.number("min(timestamp(glusterfs_brick_heal_pending_entries))") > time_asked + 1,
                "two more scrapes",
            )
            shown = self.shown("overview / Volumes (table) / E", "volume", volume=[HURT])[HURT]
            return least <= shown <= said()

        wait_until(lies_between, "as much waits as Gluster says", 30)

    def draw(self):
        """Pictures of all of this, for people."""
        script = FOLDER.parent / "tests" / "dashboards" / "render" / "render.py"
        subprocess.run([sys.executable, str(script), f"http://{self.prometheus.address}", "--minutes", "2"], check=True)


if __name__ == "__main__":
    unittest.main()
