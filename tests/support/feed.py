"""What a viewer of /api/v1/stream has."""

import http.client
import json
import socket
import threading
import time


def merge(target, patch):
    """JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


class Viewer:
    """Follows an exporter's stream until it is closed; `with Viewer(exporter) as viewer: viewer.wait_for(...)`."""

    def __init__(self, exporter, path="/api/v1/stream"):
        self._path = path
        self._connection = http.client.HTTPConnection(exporter.address, exporter.port, timeout=30)
        self._changed = threading.Condition()
        self._state = None
        self._problem = None
        self._closing = False
        self._thread = threading.Thread(target=self._follow)

    def __enter__(self):
        self._connection.request("GET", self._path)
        self._socket = self._connection.sock  # which the connection gives away with an answer that has no end
        self._response = self._connection.getresponse()
        self._thread.start()
        self.wait_for(lambda state: True, "a first state")
        return self

    def __exit__(self, *exception):
        self._closing = True
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def _follow(self):
        try:
            kind = ""
            for line in self._response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind in ("state", "change"):
                    document = json.loads(value)
                    with self._changed:
                        self._state = document if kind == "state" else merge(self._state, document)
                        self._changed.notify_all()
            raise OSError("the stream ended")
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            with self._changed:
                self._problem = None if self._closing else error
                self._changed.notify_all()

    def wait_for(self, condition, what, limit=30):
        """Waits until `condition(state)` is true and gives what it gave."""
        end = time.monotonic() + limit
        with self._changed:
            while True:
                value = condition(self._state) if self._state is not None else None
                if value:
                    return value
                if self._problem is not None:
                    raise AssertionError(f"{what}: {self._problem}")
                if not self._changed.wait(end - time.monotonic()) and time.monotonic() >= end:
                    raise AssertionError(f"waited {limit:g} s in vain: {what}")

    def wait_for_event(self, kind, limit=30, **labels):
        """Waits for an event with (at least) these labels and gives it."""

        def find(state):
            for event in state["events"].values():
                if event["kind"] == kind and labels.items() <= event["labels"].items():
                    return event
            return None

        return self.wait_for(find, f"an event {kind} with {labels}", limit)
