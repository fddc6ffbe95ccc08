#!/usr/bin/env python3
"""Makes the fuzz targets' first inputs of what is recorded in tests/fixtures.

usage: seeds.py FOLDER

Writes FOLDER/TARGET/… anew. A target whose inputs are of no recorded kind needs nothing here: its own ones lie in
tests/fuzz/corpus/TARGET.
"""

import base64
import gzip
import json
import pathlib
import re
import shutil
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests/fixtures/gluster-10.3"
BY_HAND = ROOT / "tests/fixtures/made-by-hand"

# The places of procedures in kProcedures (procedures.hpp), and whether the error text stands before the dict.
LIST_FRIENDS, GET_VOLUME, LIST_VOLUME, XLATOR_INFO, BRICK_STATUS = range(5)
PROCEDURES = {
    "list-friends": LIST_FRIENDS,
    "get-volume": GET_VOLUME,
    "list-volume": LIST_VOLUME,
    "profile": XLATOR_INFO,
    "brick": BRICK_STATUS,
}
TEXT_FIRST = {GET_VOLUME, LIST_VOLUME}
HEADER_BYTES = 24

# The places of questions in cli_answer.cpp, by the beginning of a recording's name or by what its file is called.
QUESTIONS = [
    (r"version", 0),
    (r"volume-info", 1),
    (r"pool-list", 2),
    (r"volume-get", 3),
    (r"volume-status-all\.", 4),
    (r"volume-status-all-detail", 5),
    (r"volume-profile|profile-|another-transaction", 6),
    (r"volume-heal-.*heal-count", 7),
    (r"volume-heal-.*summary|heal-", 8),
    (r"volume-quota-.*list\.", 9),
    (r"volume-quota-.*list-objects", 10),
    (r"(volume-)?rebalance", 11),
    (r"remove-brick", 12),
    (r"snapshot-info", 13),
    (r"snapshot-config", 14),
    (r"(volume-)?geo-replication", 15),
    (r"volume-bitrot|scrub-", 16),
    (r"volume-top", 17),
]


def procedure_of(name):
    return next(number for prefix, number in PROCEDURES.items() if name.startswith(prefix))


def opaque(data, at):
    (length,) = struct.unpack_from(">I", data, at)
    return data[at + 4 : at + 4 + length], at + 4 + (length + 3) // 4 * 4


def dict_of(name, reply):
    at = HEADER_BYTES + 8  # op_ret, op_errno
    if procedure_of(name) in TEXT_FIRST:
        _, at = opaque(reply, at)
    return opaque(reply, at)[0]


def lines_of(data):
    if not data:
        return b""
    (count,) = struct.unpack_from(">I", data)
    at = 4
    lines = []
    for _ in range(count):
        key_length, value_length = struct.unpack_from(">II", data, at)
        at += 8
        key = data[at : at + key_length]
        at += key_length + 1
        value = data[at : at + value_length].split(b"\0")[0]
        at += value_length
        lines.append(key + b"=" + value + b"\n")
    return b"".join(lines)


def record(message, fragments=1):
    size = -(-len(message) // fragments)
    parts = [message[i : i + size] for i in range(0, len(message), size)]
    last = len(parts) - 1
    return b"".join(struct.pack(">I", len(part) | (i == last) << 31) + part for i, part in enumerate(parts))


def rpc_seeds():
    replies = {path.stem: path.read_bytes() for path in sorted((RECORDED / "rpc").glob("*.bin"))}
    for name, reply in replies.items():
        data = dict_of(name, reply)
        yield "rpc_message", name, bytes([procedure_of(name)]) + reply
        yield "rpc_dict", name, data
        target = "rpc_brick_answers" if name.startswith(("brick", "profile")) else "rpc_glusterd_answers"
        yield target, name, lines_of(data)
    short = replies["list-volume"]
    yield "rpc_record", "one", b"\x14\x05" + record(short)
    yield "rpc_record", "fragments", b"\x14\x07" + record(short, 5) + record(short[:30], 3)
    yield "rpc_record", "oversize", b"\x04\x01" + record(b"0123456789ABCDEF") + record(b"0123456789ABCDEFG")
    yield "rpc_record", "empty-fragments", b"\x08\x02" + b"\0\0\0\0" * 3 + record(b"end")
    yield "rpc_record", "claims", b"\x1f\x03" + b"\x7f\xff\xff\xff" + b"not all of it"


def cli_seeds():
    files = [*RECORDED.glob("*/*.xml"), *RECORDED.glob("*/*.txt"), *BY_HAND.glob("*.xml")]
    seen = set()
    for path in sorted(files):
        number = next(number for pattern, number in QUESTIONS if re.match(pattern, path.name))
        # Between elements white space means nothing, and mutations shall not be spent on it.
        text = re.sub(rb">\s+<", b"><", path.read_bytes())
        if number == 6:  # the bricks of a profile are much alike
            bricks = list(re.finditer(rb"<brick>.*?</brick>", text, re.DOTALL))
            if len(bricks) > 1:
                text = text[: bricks[0].end()] + text[bricks[-1].end() :]
        if text not in seen:
            seen.add(text)
            yield "cli_answer", f"{path.parent.name}-{path.stem}", bytes([number, 0]) + text
    refused = b"<?xml version='1.0'?><cliOutput><opRet>-1</opRet><opErrno>30800</opErrno><opErrstr>%s</opErrstr></cliOutput>"
    yield "cli_answer", "refused", b"\x06\x01" + refused % b"Volume rep3 is not started"
    yield "cli_answer", "locked", b"\x07\x01\0Another transaction is in progress for rep3. Please try again\n"


def config_seeds():
    example = (ROOT / "config/glusterfs_exporter.yml").read_text(encoding="utf-8")
    yield "config_yaml", "example", example.encode()
    # In front of a setting the # stands in the first column, and prose has one space behind it.
    prose = re.compile(r"#$|# (?! )|$")
    settings = [line.removeprefix("#") for line in example.splitlines() if not prose.match(line)]
    settings = [line for line in settings if not line.lstrip().startswith("#")]
    yield "config_yaml", "settings", "\n".join(settings).encode()


def notification_seeds():
    targets = {"gluster-event": "gluster_event", "alertmanager": "alert_notification"}
    for path in sorted((ROOT / "tests/fixtures/notifications").glob("*.json")):
        target = next(target for prefix, target in targets.items() if path.name.startswith(prefix))
        yield target, path.stem, path.read_bytes()
    # Of the two functions of json_web_token.cpp: a whole token, and what becomes one when it is signed.
    header, payload = b'{"alg":"HS256","typ":"JWT"}', b'{"exp":1795262460,"iat":1795262400,"iss":"gluster","sub":"X"}'
    token = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, payload, b"s" * 32))
    yield "json_web_token", "token", b"\0" + token
    yield "json_web_token", "none", b"\0eyJhbGciOiJub25lIn0.e30."
    yield "json_web_token", "payload", b"\1" + payload


def push_seeds():
    """The first byte says whether the rest is compressed. Small ones too: one volume, and none."""
    for path in sorted((ROOT / "tests/fixtures/push").glob("*.json")):
        state = json.loads(path.read_text())
        small = {**state, "volumes": dict(list(state["volumes"].items())[:1]), "collectors": {}}
        bare = {**state, "volumes": {}, "collectors": {}, "daemons": {}, "peers": {}}
        for kind, document in (("whole", state), ("small", small), ("bare", bare)):
            data = json.dumps(document, separators=(",", ":")).encode()
            yield "pushed_document", f"{path.stem}-{kind}", b"\0" + data
            yield "pushed_document", f"{path.stem}-{kind}-gzip", b"\1" + gzip.compress(data, mtime=0)


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    for seeds in (rpc_seeds(), cli_seeds(), config_seeds(), notification_seeds(), push_seeds()):
        for target, name, data in seeds:
            path = folder / target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


main()
