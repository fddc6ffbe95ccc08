"""A webhook's receiver that does as it is told: takes documents, refuses them, hangs, breaks connections off."""

import collections
import gzip
import json
import socket
import socketserver
import ssl
import struct
import threading
import time
from typing import NamedTuple

from .exporter import free_port


class Delivery(NamedTuple):
    id: str
    headers: dict
    raw: bytes
    document: object
    status: int  # what it was answered; 0: nothing
    at: float  # time.monotonic()


class Receiver:
    """Listens while it is up. Answers each request with the next of `plan`, then with 200.

    A step of the plan is a status, (status, {header: value}), "reset" or "hang"; `delay` seconds pass before each.
    Of many requests only the last `keep` are kept, where that is given.
    """

    def __init__(self, plan=(), delay=0, port=None, tls=None, up=True, keep=None):
        self.port = port or free_port()
        self.plan = list(plan)
        self.delay = delay
        self._tls = tls
        self._lock = threading.Lock()
        self._all = collections.deque(maxlen=keep)
        self._server = None
        if up:
            self.start()

    def url(self, path="/hook"):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def start(self):
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                if receiver._tls:
                    try:
                        self.request = receiver._tls.wrap_socket(self.request, server_side=True)
                    except (ssl.SSLError, OSError):
                        return
                    self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                try:
                    while receiver._serve(self):
                        pass
                except (OSError, ValueError):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self._server = Server(("127.0.0.1", self.port), Handler)
        self._down = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """From now on connections are refused, and those that are open are of no use."""
        if self._server:
            self._down.set()
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _serve(self, handler):
        request = handler.rfile.readline()
        if not request:
            return False
        headers = {}
        while line := handler.rfile.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        raw = handler.rfile.read(int(headers["content-length"]))
        if self._down.wait(self.delay) or len(raw) < int(headers["content-length"]):
            return False
        with self._lock:
            step = self.plan.pop(0) if self.plan else 200
            status, more = step if isinstance(step, tuple) else (step, {})
            body = gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw
            answered = status if isinstance(status, int) else 0
            self._all.append(
                Delivery(headers.get("webhook-id"), headers, raw, json.loads(body), answered, time.monotonic())
            )
        if status == "hang":
            self._down.wait(60)
            return False
        if status == "reset":
            handler.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.request.close()
            return False
        lines = [f"HTTP/1.1 {status} X", "Content-Length: 0", *(f"{name}: {value}" for name, value in more.items())]
        handler.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return True

    def all(self):
        """Every request that came whole, in order."""
        with self._lock:
            return list(self._all)

    def taken(self):
        """What was answered 200, in order, as a receiver sees it that passes over an id it has had."""
        found = {}
        for delivery in self.all():
            if delivery.status == 200:
                found.setdefault(delivery.id, delivery)
        return list(found.values())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


def split_id(delivery_id):
    """("RUN", number)"""
    run, _, number = delivery_id.rpartition("-")
    return run, int(number)
