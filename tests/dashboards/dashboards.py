"""The dashboards as they are committed: their panels, queries and variables, and what Grafana makes of a query."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from support import REPOSITORY

FOLDER = REPOSITORY / "dashboards"
NAMES = (
    "overview",
    "volumes",
    "bricks",
    "performance",
    "heal",
    "hosts",
    "tasks",
    "georeplication",
    "quota-and-snapshots",
    "exporter",
)


class Query(NamedTuple):
    dashboard: str
    panel: str  # its title
    panel_type: str
    ref_id: str
    expr: str
    instant: bool
    legend: str

    def __str__(self):
        return f"{self.dashboard} / {self.panel} ({self.panel_type}) / {self.ref_id}"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def load_all():
    """{name: the dashboard}."""
    return {name: load(name) for name in NAMES}


def panels_of(dashboard):
    """The panels that show something, wherever they stand."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def queries_of(name, dashboard):
    for panel in panels_of(dashboard):
        for target in panel.get("targets", []):
            yield Query(
                name,
                panel["title"],
                panel["type"],
                target["refId"],
                target["expr"],
                target.get("instant", False),
                target.get("legendFormat", ""),
            )


def all_queries():
    return [query for name, dashboard in load_all().items() for query in queries_of(name, dashboard)]


def variables_of(dashboard):
    """{name: the variable}."""
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


# ---- what Grafana puts in place of variables ------------------------------------------------------------------------

_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}|\[\[(\w+)\]\]")


class Chosen(NamedTuple):
    """What is chosen at the top of a dashboard: a list of values, or ALL."""

    values: dict
    interval: str = "5s"
    rate_interval: str = "20s"
    range: str = "60s"


ALL = "$__all"


def as_regex(values):
    """Several values of one variable, as Grafana's Prometheus data source joins them: escaped, in parentheses.

    One value is escaped, too; backslashes are doubled since they stand in a string of PromQL.
    """
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}]", lambda match: "\\\\" + match.group(), value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def interpolate(text, variables, chosen):
    """The query that Grafana sends. `variables` are those of the dashboard; what is not chosen is what it begins with."""

    def replace(match):
        name = next(filter(None, match.groups()))
        builtin = {"__interval": chosen.interval, "__rate_interval": chosen.rate_interval, "__range": chosen.range}
        if name in builtin:
            return builtin[name]
        if name not in variables:
            raise AssertionError(f"the dashboard has no variable {name}: {text}")
        variable = variables[name]
        value = chosen.values.get(name, variable["current"]["value"])
        if isinstance(value, str):
            value = [value]
        if value == [ALL]:
            return variable["allValue"]  # as it is, not escaped
        return as_regex(value)

    return _VARIABLE.sub(replace, text)


def label_values(query):
    """(selector, label) of a variable's query, label_values(selector, label)."""
    match = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
    if not match:
        raise AssertionError(f"not label_values(selector, label): {query}")
    return match.groups()
