"""A hub, and documents to push to it."""

import copy
import datetime
import json
import tempfile
from pathlib import Path

from .case import ExporterTestCase
from .fake_gluster import FIXTURES

PUSH = "/api/v1/push"
TOKENS = {"east": "token-of-east", "west": "token-of-west"}


def recorded_state():
    """What a real exporter told of a real cluster."""
    return json.loads((FIXTURES / "push" / "state.json").read_text())


def time_text(seconds_ago=0.0):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def taken(state, seconds_ago=0.0, **cluster):
    """The same state, of now or of some time ago."""
    state = copy.deepcopy(state)
    state["cluster"].update(taken_at=time_text(seconds_ago), **cluster)
    return state


class HubTestCase(ExporterTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def hub_config(self, tokens=None):
        clusters = {}
        for name, token in (tokens or TOKENS).items():
            path = self.folder / f"{name}.token"
            path.write_text(token + "\n")
            clusters[name] = {"token_file": path}
        return {"hub": True, "push": {"clusters": clusters}}

    def start_bare_hub(self, **options):
        """One where there is no Gluster."""
        nowhere = ["--gluster.path=/nonexistent/gluster", "--gluster.socket=/nonexistent/glusterd.socket"]
        return self.start_exporter(flags=nowhere, config=self.hub_config(**options))

    def push(self, hub, cluster, document, **headers):
        """`document` as JSON, or bytes as they are."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        usual = {"Authorization": f"Bearer {TOKENS.get(cluster, cluster)}", "Content-Type": "application/json"}
        changes = {name.replace("_", "-"): value for name, value in headers.items()}
        return hub.post(PUSH, body, {**usual, **changes}, limit=30)

    def state_of(self, hub, cluster):
        return hub.get(f"/api/v1/state?cluster={cluster}")

    def clusters(self, hub):
        return json.loads(hub.get("/api/v1/clusters").text)["clusters"]
