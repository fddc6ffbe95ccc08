#!/usr/bin/env python3
"""Pictures of the dashboards, from what a Prometheus holds.

render.py URL [NAME…] writes build/screenshots/dashboard-NAME.png, drawn by Grafana's own components (see page.jsx).
Before the first time: npm ci --ignore-scripts
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from dashboards import NAMES, Chosen, interpolate, load, panels_of, variables_of  # noqa: E402
from support import REPOSITORY  # noqa: E402

POINTS = 120


def ask(url, path, **parameters):
    data = urllib.parse.urlencode(parameters).encode()
    with urllib.request.urlopen(f"{url}/api/v1/{path}", data=data, timeout=60) as response:
        return json.load(response)["data"]["result"]


def answers_for(url, dashboard, end, seconds):
    step = max(seconds // POINTS, 1)
    variables = variables_of(dashboard)
    chosen = Chosen({}, interval=f"{step}s", rate_interval=f"{max(4 * step, 20)}s", range=f"{seconds}s")
    answers = {}
    for panel in panels_of(dashboard):
        for target in panel["targets"]:
            query = interpolate(target["expr"], variables, chosen)
            if target.get("instant"):
                result = ask(url, "query", query=query, time=end)
            else:
                result = ask(url, "query_range", query=query, start=end - seconds, end=end, step=step)
            answers[f"{panel['id']} {target['refId']}"] = result
    return {"dashboard": dashboard, "answers": answers, "from": end - seconds, "to": end, "step": step}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of Prometheus, as http://127.0.0.1:9790")
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    parser.add_argument("--minutes", type=int, default=15)
    parser.add_argument("--mode", choices=("dark", "light"), default="dark")
    arguments = parser.parse_args()
    pictures = REPOSITORY / "build" / "screenshots"
    pictures.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        with tempfile.TemporaryDirectory() as folder:
            end = int(time.time())
            data = {**answers_for(arguments.url, load(name), end, arguments.minutes * 60), "mode": arguments.mode}
            path = Path(folder) / "input.json"
            path.write_text(json.dumps(data).replace("<", "\\u003c"))
            picture = pictures / f"dashboard-{name}.png"
            subprocess.run(["node", str(HERE / "draw.mjs"), str(path), str(picture)], check=True)
            print(picture)


if __name__ == "__main__":
    main()
