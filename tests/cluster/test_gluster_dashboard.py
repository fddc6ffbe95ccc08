"""What receivers of the format gluster-dashboard are sent, field by field, against what `gluster` says itself."""

import unittest

from cluster_support import LAYOUTS, NODES, Brick, cluster, fast_config
from node_exporters import NodeExportersTestCase, wait_for_one_leader
from support import Receiver, wait_until
from test_multiplex import restart_volumes

TYPES = {"Distribute", "Replicate", "Disperse", "Distributed Replicate", "Distributed Disperse"}
TRANSPORTS = {"0": "TCP", "1": "RDMA", "2": "TCP,RDMA"}
STATES = {"0": "Created", "1": "Started", "2": "Stopped"}
COUNTS = {
    "replica_count": "replicaCount",
    "arbiter_count": "arbiterCount",
    "disperse_count": "disperseCount",
    "disperse_redundancy_count": "redundancyCount",
}
# How many bricks' space a volume of scripts/cluster.sh has, all bricks being equal, and how many bricks' inodes. Each node
# counts as having a disk of its own; two data bricks of "arb" share that of node 2.
SIZE_FACTORS = {"rep3": 1, "arb": 1, "disp": 2, "dist": 3}
INODE_FACTORS = {"rep3": 1, "arb": 1, "disp": 1, "dist": 3}
# Others write to the same disk meanwhile.
USED_TOLERANCE = 0.02


def setUpModule():
    cluster.bring_up()


# ---- what is so -------------------------------------------------------------------------------------------------


def whole(text):
    """A pid or port: -1 for "N/A"."""
    return int(text) if text.isdigit() else -1


def peers_by_gluster():
    address_of = {uuid: host for host, uuid in cluster.peer_uuids().items()}
    return {
        peer.findtext("uuid"): {
            "id": peer.findtext("uuid"),
            "address": address_of[peer.findtext("uuid")],
            "state": "Online" if peer.findtext("connected") == "1" else "Offline",
        }
        for peer in cluster.gluster_xml("pool", "list").iter("peer")
    }


def bricks_by_gluster():
    """{(volume, "host:path"): what `status detail` says of it}. The CLI has no name for what is used."""
    bricks = {}
    for volume in cluster.gluster_xml("volume", "status", "all", "detail").iter("volume"):
        for node in volume.iter("node"):
            size, inodes = int(node.findtext("sizeTotal")), int(node.findtext("inodesTotal"))
            bricks[volume.findtext("volName"), f"{node.findtext('hostname')}:{node.findtext('path')}"] = {
                "state": "up" if node.findtext("status") == "1" else "down",
                "fs": node.findtext("fsName"),
                "device": node.findtext("device"),
                "mount_options": node.findtext("mntOptions"),
                "block_size": int(node.findtext("blockSize")),
                "size_total": size,
                "size_used": size - int(node.findtext("sizeFree")),
                "inodes_total": inodes,
                "inodes_used": inodes - int(node.findtext("inodesFree")),
                "pid": whole(node.findtext("pid")),
                "port": whole(node.findtext("port")),
            }
    return bricks


NOTHING_KNOWN = {
    "state": "Unknown",
    "fs": "",
    "device": "",
    "mount_options": "",
    "block_size": 4096,
    "size_total": 0,
    "size_used": 0,
    "inodes_total": 0,
    "inodes_used": 0,
    "pid": -1,
    "port": -1,
}


def subvolume_health(subvolume):
    """By what each kind of subvolume needs: more than half of a replica set, which in this cluster leaves a brick with
    data, and all but the redundancy of a disperse set."""
    states = [brick["state"] for brick in subvolume["bricks"]]
    up = states.count("up")
    if up == len(states):
        return "up"
    if subvolume["type"] == "Replicate":
        return "degraded" if 2 * up > len(states) else "down"
    if subvolume["type"] == "Disperse":
        return "degraded" if up >= len(states) - subvolume["disperse_redundancy_count"] else "down"
    return "down"


def volume_health(subvolumes):
    healths = [subvolume["health"] for subvolume in subvolumes]
    down = healths.count("down")
    if down == len(healths):
        return "down"
    return "partial" if down else "degraded" if "degraded" in healths else "up"


def volume_by_gluster(info, details):
    """The volume as its element of `volume info` and the bricks' details have it."""
    name, volume_id = info.findtext("name"), info.findtext("id")
    volume_type = info.findtext("typeStr").replace("-", " ")
    started = info.findtext("statusStr") == "Started"
    counts = {ours: int(info.findtext(theirs)) for ours, theirs in COUNTS.items()}
    type_of_set = volume_type.split()[-1]
    size_of_set = max(counts["replica_count"], counts["disperse_count"])
    elements = list(info.iter("brick"))
    subvolumes = []
    for first in range(0, len(elements), size_of_set):
        subvolume_id = f"{name}-{type_of_set.lower()}-{len(subvolumes)}"
        bricks = [
            {
                "path": element.findtext("name").partition(":")[2],
                **(details[name, element.findtext("name")] if started else NOTHING_KNOWN),
                "volumes_id": volume_id,
                "subvols_id": subvolume_id,
                "peers_id": element.findtext("hostUuid"),
            }
            for element in elements[first : first + size_of_set]
        ]
        subvolumes.append(
            {
                "id": subvolume_id,
                **counts,
                "type": type_of_set,
                "num_bricks": len(bricks),
                "volumes_id": volume_id,
                "bricks": bricks,
            }
        )
        subvolumes[-1]["health"] = subvolume_health(subvolumes[-1]) if started else "down"
    one = subvolumes[0]["bricks"][0]
    whole_size_known = started and not any(subvolume["health"] == "down" for subvolume in subvolumes)
    sizes, inodes = (SIZE_FACTORS[name], INODE_FACTORS[name]) if whole_size_known else (0, 0)
    return {
        "id": volume_id,
        "name": name,
        "type": volume_type,
        "state": STATES[info.findtext("status")],
        "health": volume_health(subvolumes) if started else "down",
        "num_subvols": len(subvolumes),
        "num_bricks": int(info.findtext("brickCount")),
        **counts,
        "transport": TRANSPORTS[info.findtext("transport")],
        "size_total": sizes * one["size_total"],
        "size_used": sizes * one["size_used"],
        "inodes_total": inodes * one["inodes_total"],
        "inodes_used": inodes * one["inodes_used"],
        "options": sorted(
            (
                {"name": option.findtext("name"), "value": option.findtext("value"), "volumes_id": volume_id}
                for option in info.iter("option")
            ),
            key=lambda option: option["name"],
        ),
        "subvols": subvolumes,
    }


def document_by_gluster():
    """None when Gluster, without a word, left a volume out of its answer because somebody held the volume's lock."""
    details = bricks_by_gluster()
    infos = cluster.volumes()
    started = {name for name, info in infos.items() if info.findtext("statusStr") == "Started"}
    if started - {name for name, _ in details}:
        return None
    return {
        "peers": [peer for _, peer in sorted(peers_by_gluster().items())],
        "volumes": [volume_by_gluster(infos[name], details) for name in sorted(infos)],
    }


# ---- both -------------------------------------------------------------------------------------------------------


def about_the_same(value, expected, total):
    return isinstance(value, int) and abs(value - expected) <= USED_TOLERANCE * total


def differences(value, expected, place="document"):
    """Texts: where the two are not the same in type, members or value. What is used of a disk changes all the time."""
    if type(value) is not type(expected):
        return [f"{place} is {value!r}, expected {expected!r}"]
    if isinstance(value, list):
        if len(value) != len(expected):
            return [f"{place} has {len(value)} entries, expected {len(expected)}"]
        return [text for i, pair in enumerate(zip(value, expected)) for text in differences(*pair, f"{place}[{i}]")]
    if not isinstance(value, dict):
        return [] if value == expected else [f"{place} is {value!r}, expected {expected!r}"]
    found = [f"{place} lacks {name}" for name in expected.keys() - value.keys()]
    found += [f"{place} has {name}" for name in value.keys() - expected.keys()]
    for name in expected.keys() & value.keys():
        total = expected.get(name.replace("_used", "_total"))
        if name.endswith("_used") and about_the_same(value[name], expected[name], total):
            continue
        found += differences(value[name], expected[name], f"{place}.{name}")
    return found


class GlusterDashboard(NodeExportersTestCase):
    def next_document(self):
        """The first document that comes from now on, once what was on its way has come."""
        before = len(self.receiver.all())
        wait_until(lambda: len(self.receiver.all()) >= before + 2, "a document comes")
        delivery = self.receiver.all()[-1]
        self.assertEqual(delivery.headers["content-type"], "application/json")
        return delivery.document

    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)

    def start(self, nodes=NODES):
        target = {"url": self.receiver.url(), "format": "gluster-dashboard", "interval": "1s"}
        config = {
            **fast_config(topology="1s", peers="1s", exporters="1s", status="2s", detail="2s"),
            "webhook": {"targets": {"dashboard": target}},
        }
        self.start_exporters(nodes=nodes, config=config)
        wait_for_one_leader(self.pages)

    def assert_documents_become(self, expected, when):
        """What is sent becomes what `expected()` gives. Gives the document."""
        last = []

        def as_expected():
            wanted = expected()
            if wanted is None:
                return None
            document = self.next_document()
            last[:] = differences(document, wanted)
            return document if not last else None

        try:
            return wait_until(as_expected, when, 60)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n  " + "\n  ".join(last[:20])) from None

    def assert_tells_what_gluster_tells(self, when):
        return self.assert_documents_become(document_by_gluster, when)

    @staticmethod
    def healths(document):
        return {volume["name"]: volume["health"] for volume in document["volumes"]}

    def test_a_healthy_cluster(self):
        self.start()
        document = self.assert_tells_what_gluster_tells("all is well")
        self.assertEqual(self.healths(document), dict.fromkeys(LAYOUTS, "up"))
        self.assertTrue({volume["type"] for volume in document["volumes"]} <= TYPES)
        for volume in document["volumes"]:
            for subvolume in volume["subvols"]:
                for brick in subvolume["bricks"]:
                    self.assertGreater(brick["pid"], 0)
                    self.assertGreater(brick["port"], 0)

    def test_bricks_of_a_node_without_an_exporter(self):
        self.start(nodes=(1, 2))
        self.assert_tells_what_gluster_tells("node 3 has no exporter")

    def test_killed_bricks(self):
        self.start()
        for volume, index, health in (("rep3", 1, "degraded"), ("dist", 0, "partial"), ("disp", 2, "degraded")):
            with self.subTest(volume=volume):
                self.addCleanup(cluster.revive, volume)
                cluster.kill_brick(volume, index)
                document = self.assert_tells_what_gluster_tells(f"brick {index} of {volume} was killed")
                self.assertEqual(self.healths(document)[volume], health)
        for volume in ("rep3", "dist", "disp"):
            cluster.revive(volume)
        document = self.assert_tells_what_gluster_tells("the bricks are back")
        self.assertEqual(self.healths(document), dict.fromkeys(LAYOUTS, "up"))

    def test_volumes_that_are_not_started(self):
        self.start()
        self.addCleanup(cluster.try_gluster, "volume", "start", "dist")
        cluster.gluster("volume", "stop", "dist")
        name = self.create_volume("fresh", "replica", "2", *[str(Brick(node, "fresh")) for node in (1, 2)])
        cluster.gluster("volume", "set", name, "user.note", 'a "quoted" <b>&amp; ü = x')
        document = self.assert_tells_what_gluster_tells("one volume stopped, another never started")
        states = {volume["name"]: (volume["state"], volume["health"]) for volume in document["volumes"]}
        self.assertEqual(states["dist"], ("Stopped", "down"))
        self.assertEqual(states["fresh"], ("Created", "down"))
        cluster.gluster("volume", "start", "dist")
        self.assert_tells_what_gluster_tells("started again")

    def test_a_node_without_glusterd(self):
        """Its bricks go on. The CLI can say nothing of them, its exporter can."""
        self.start()
        self.assert_tells_what_gluster_tells("all is well")
        expected = wait_until(document_by_gluster, "gluster tells of all volumes")
        offline = next(peer for peer in expected["peers"] if peer["address"] == cluster.address(3))
        offline["state"] = "Offline"
        self.addCleanup(cluster.start_node, 3)
        cluster.stop_node(3)
        self.assert_documents_become(lambda: expected, "node 3 without glusterd")

    def test_bricks_that_share_processes(self):
        def back_to_one_each():
            cluster.gluster("volume", "reset", "all", "cluster.brick-multiplex")
            restart_volumes()

        self.addCleanup(back_to_one_each)
        cluster.gluster("volume", "set", "all", "cluster.brick-multiplex", "on")
        restart_volumes()
        self.start()
        document = self.assert_tells_what_gluster_tells("bricks share processes")
        bricks = [
            (brick["pid"], brick["port"])
            for volume in document["volumes"]
            for subvolume in volume["subvols"]
            for brick in subvolume["bricks"]
        ]
        self.assertLess(len(set(bricks)), len(bricks))


if __name__ == "__main__":
    unittest.main()
