"""What every dashboard has to keep: the rules of grafana/dashboard-linter that make sense here, and some more.

Each rule is a function of a dashboard (as JSON) that gives its complaints, as texts. Not kept of that linter: its rules
about `instance`, which is only the exporter that was scraped; a brick and a daemon have their `host`.
"""

import json
import re

from dashboards import ALL, NAMES, label_values, load, panels_of, queries_of, variables_of
from support import REPOSITORY

MOST_LINES = 20
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
RANGE_TYPES = {"timeseries", "state-timeline", "heatmap"}
INSTANT_TYPES = {"stat", "table", "bargauge"}
# Labels with few values, whatever the size of the cluster, and how many at most.
FEW_VALUES = {"state": 8, "status": 3, "list": 3, "kind": 3, "reason": 8}
# No job is known of these: rules may leave it out.
WITHOUT_JOB = {"ALERTS", "ALERTS_FOR_STATE"}
# What Prometheus itself adds to a job, and what every program of a Prometheus client library has.
NOT_OURS = {"up", "scrape_samples_scraped", "scrape_duration_seconds"}

_SELECTOR = re.compile(r"\b([a-zA-Z_:][\w:]*)\{([^{}]*)\}")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')


def selectors_of(text):
    """[(metric, {label: (operator, value)})]."""
    return [
        (metric, {label: (operator, value) for label, operator, value in _MATCHER.findall(matchers)})
        for metric, matchers in _SELECTOR.findall(text)
    ]


def catalogue():
    """{metric: (type, labels)} of docs/metrics.md, which a test of its own holds against the source."""
    found = {}
    for line in (REPOSITORY / "docs" / "metrics.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) >= 6 and cells[1].startswith("`"):
            found[cells[1].strip("`")] = (cells[2], set(re.findall(r"`(\w+)`", cells[4])))
    return found


def family_of(metric, metrics):
    """The name in the catalogue that the series belongs to, or None."""
    if metric in metrics:
        return metric
    for suffix in ("_sum", "_count", "_bucket"):
        family = metric.removesuffix(suffix)
        if family != metric and metrics.get(family, ("",))[0] in ("summary", "histogram"):
            return family
    return None


def is_counter(metric, metrics):
    family = family_of(metric, metrics)
    return family is not None and (family != metric or metrics[family][0] == "counter")


# ---- the dashboard --------------------------------------------------------------------------------------------------


def imports_anywhere(name, dashboard):
    """By hand, from files, by a sidecar: nothing has to be filled in, and no number of some other Grafana stands in it."""
    for key in ("__inputs", "__requires", "__elements", "version", "iteration", "gnetId"):
        if key in dashboard:
            yield f"has {key}"
    if "${DS_" in str(dashboard):
        yield "has a data source to be filled in"
    for key, wanted in (("id", None), ("uid", f"glusterfs-{name}"), ("tags", ["glusterfs"]), ("editable", True)):
        if key not in dashboard or dashboard[key] != wanted:
            yield f"{key} is {dashboard.get(key)!r}, not {wanted!r}"
    if not isinstance(dashboard.get("schemaVersion"), int):
        yield "has no schemaVersion"
    if len(dashboard.get("uid", "")) > 40:
        yield "the uid is longer than Grafana takes"


def opens_well(name, dashboard):
    """A title, a description, the time and the refresh to begin with, links to the others, alerts as annotations."""
    if not dashboard.get("title", "").startswith("GlusterFS / "):
        yield f"the title is {dashboard.get('title')!r}"
    if not dashboard.get("description"):
        yield "has no description"
    if not re.fullmatch(r"now-\d+[mhd]", dashboard["time"]["from"]) or dashboard["time"]["to"] != "now":
        yield f"time is {dashboard['time']}"
    if dashboard.get("refresh") not in ("30s", "1m", "5m"):
        yield f"refresh is {dashboard.get('refresh')!r}"
    if not any(
        link["type"] == "dashboards" and link["tags"] == ["glusterfs"] and link["includeVars"] and link["keepTime"]
        for link in dashboard.get("links", [])
    ):
        yield "has no links to the other dashboards"
    if not any(
        'alertstate="firing"' in annotation.get("target", {}).get("expr", "") and annotation["datasource"] == DATASOURCE
        for annotation in dashboard["annotations"]["list"]
    ):
        yield "does not annotate alerts"


def panels_lie_well(name, dashboard):
    """No overlaps, no gaps in a line, ids and titles of their own."""
    panels = [*dashboard["panels"], *(inner for row in dashboard["panels"] for inner in row.get("panels", []))]
    ids = [panel.get("id") for panel in panels]
    if None in ids or len(set(ids)) != len(ids):
        yield "ids of panels are missing or stand twice"
    taken = {}
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] + place["w"] > 24:
            yield f"{panel['title']}: wider than the page"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if (x, y) in taken:
                    yield f"{panel['title']} lies on {taken[x, y]}"
                    return
                taken[x, y] = panel["title"]
    for y in range(max(y for _, y in taken) + 1):
        if sum((x, y) in taken for x in range(24)) != 24:
            yield f"line {y} of the page is not filled"
            return


# ---- variables ------------------------------------------------------------------------------------------------------


def variable_datasource(name, dashboard):
    variable = variables_of(dashboard).get("datasource")
    if variable is None:
        yield "has no variable datasource"
    elif (variable["type"], variable["query"], variable["label"]) != ("datasource", "prometheus", "Data source"):
        yield f"the variable datasource is {variable}"


def variables_job_and_cluster(name, dashboard):
    """allValue of cluster must match series without the label, that of job need not."""
    variables = variables_of(dashboard)
    for wanted, label, all_value in (("job", "Job", ".+"), ("cluster", "Cluster", ".*")):
        variable = variables.get(wanted)
        if variable is None:
            yield f"has no variable {wanted}"
            continue
        is_so = {key: variable.get(key) for key in ("type", "label", "multi", "includeAll", "allValue")}
        should = {"type": "query", "label": label, "multi": True, "includeAll": True, "allValue": all_value}
        if is_so != should:
            yield f"the variable {wanted}: {is_so}"


def variables_are_asked_well(name, dashboard):
    """Each gives the values of a label in series of the chosen job and cluster, anew when the time changes."""
    before = ["datasource"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            if variable.get("datasource") != DATASOURCE:
                yield f"{variable['name']}: another data source"
            if variable.get("refresh") != 2:
                yield f"{variable['name']}: not asked anew when the time range changes"
            if variable.get("current", {}).get("value") != [ALL] or not variable.get("allValue"):
                yield f"{variable['name']}: does not begin with all"
            query = variable["query"]["query"]
            selector, label = label_values(query)
            if label != variable["name"]:
                yield f"{variable['name']}: gives values of the label {label}"
            matchers = dict(selectors_of(selector)).get(selector.partition("{")[0], {})
            for wanted in ("job", "cluster"):
                if wanted in before and matchers.get(wanted) != ("=~", f"${wanted}"):
                    yield f"{variable['name']}: without {wanted}: {query}"
            for used in re.findall(r"\$(\w+)", query):
                if used not in before:
                    yield f"{variable['name']}: uses {used}, which comes later"
        if not variable.get("description"):
            yield f"{variable['name']}: has no description"
        before.append(variable["name"])


def variables_are_used(name, dashboard):
    text = " ".join(query.expr for query in queries_of(name, dashboard))
    for variable in variables_of(dashboard):
        if variable != "datasource" and not re.search(rf"\${variable}\b", text):
            yield f"no query uses {variable}"


# ---- panels ---------------------------------------------------------------------------------------------------------


def panels_are_described(name, dashboard):
    seen = set()
    for panel in panels_of(dashboard):
        for key in ("title", "description"):
            if not panel.get(key, "").strip():
                yield f"panel {panel['id']} ({panel.get('title')}) has no {key}"
        if (panel["type"], panel["title"]) in seen:
            yield f"two panels of one type are called {panel['title']}"
        seen.add((panel["type"], panel["title"]))


def panels_are_of_known_types(name, dashboard):
    """Those that Grafana has not deprecated and that come with it."""
    for panel in panels_of(dashboard):
        if panel["type"] not in RANGE_TYPES | INSTANT_TYPES:
            yield f"{panel['title']}: type {panel['type']}"


def panels_use_the_chosen_datasource(name, dashboard):
    for panel in panels_of(dashboard):
        if not all(one.get("datasource") == DATASOURCE for one in (panel, *panel["targets"])):
            yield f"{panel['title']}: another data source"


def panels_have_units(name, dashboard):
    """Also each column of a table. Where there is nothing to say the unit is "none" or "short"."""
    for panel in panels_of(dashboard):
        if not panel["fieldConfig"]["defaults"].get("unit"):
            yield f"{panel['title']}: no unit"


def panels_have_queries(name, dashboard):
    for panel in panels_of(dashboard):
        if not panel.get("targets") or not all(target.get("expr") for target in panel["targets"]):
            yield f"{panel['title']}: no query"


def panels_ask_for_now_or_over_time(name, dashboard):
    """What shows one value asks for one; what shows time asks over time."""
    for query in queries_of(name, dashboard):
        if query.instant != (query.panel_type in INSTANT_TYPES):
            yield f"{query}: {'instant' if query.instant else 'over time'} in a {query.panel_type}"


def lines_have_names(name, dashboard):
    for query in queries_of(name, dashboard):
        if query.panel_type != "table" and not query.legend:
            yield f"{query}: no legend"
        grouped = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
        known = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", query.expr)))) | {"le"}
        if grouped - known:
            yield f"{query}: the legend names {grouped - known}, which the query does not keep"


def links_lead_somewhere(name, dashboard):
    """To a dashboard of these, with variables that it has."""
    uids = {f"glusterfs-{one}": one for one in NAMES}
    for url in re.findall(r'"url": "(/d/(?:[^"\\]|\\.)*)"', json.dumps(dashboard)):
        uid, _, parameters = url.removeprefix("/d/").partition("?")
        if uid not in uids:
            yield f"{url}: no such dashboard"
            continue
        there = variables_of(load(uids[uid]))
        for variable in re.findall(r"var-(\w+)=|\$\{(\w+):queryparam\}", parameters):
            if "".join(variable) not in there:
                yield f"{url}: that dashboard has no variable {''.join(variable)}"
        if "${__url_time_range}" not in parameters:
            yield f"{url}: loses the time range"


# ---- queries --------------------------------------------------------------------------------------------------------


def selectors_choose(name, dashboard):
    """Every selector has the job and the cluster that were chosen."""
    for query in queries_of(name, dashboard):
        for metric, matchers in selectors_of(query.expr):
            if metric not in WITHOUT_JOB and matchers.get("job") != ("=~", "$job"):
                yield f"{query}: {metric} without job"
            if matchers.get("cluster") != ("=~", "$cluster"):
                yield f"{query}: {metric} without cluster"
        outside_of_strings = re.sub(r'"[^"]*"', '""', query.expr)
        for metric in re.findall(r"\b(?:glusterfs_\w+|process_\w+|up|ALERTS\w*)\b(?!\{)(?!\w)", outside_of_strings):
            yield f"{query}: {metric} without matchers"


def metrics_exist(name, dashboard):
    """With the labels that a matcher asks for."""
    metrics = catalogue()
    queries = [(str(query), query.expr) for query in queries_of(name, dashboard)]
    queries += [
        (variable["name"], variable["query"]["query"])
        for variable in dashboard["templating"]["list"]
        if variable["type"] == "query"
    ]
    for where, text in queries:
        for metric, matchers in selectors_of(text):
            if metric in WITHOUT_JOB | NOT_OURS:
                continue
            family = family_of(metric, metrics)
            if family is None:
                yield f"{where}: there is no {metric}"
            elif matchers.keys() - {"job", "cluster", "instance"} - metrics[family][1]:
                yield f"{where}: {metric} lacks one of the labels {sorted(matchers)}"


def counters_are_rated(name, dashboard):
    """A counter's value says nothing, only how it grows; a gauge has no rate."""
    metrics = catalogue()
    for query in queries_of(name, dashboard):
        for match in _SELECTOR.finditer(query.expr):
            metric = match.group(1)
            rated = bool(re.search(r"\b(rate|increase)\($", query.expr[: match.start()]))
            if rated != is_counter(metric, metrics):
                yield f"{query}: {metric} {'has a rate and is a gauge' if rated else 'is a counter without rate'}"
            if re.search(r"\birate\($", query.expr[: match.start()]):
                yield f"{query}: irate sees two samples only"


def rates_fit_the_interval(name, dashboard):
    """$__rate_interval always holds enough samples. To choose what is shown the whole time range counts."""
    for query in queries_of(name, dashboard):
        windows = re.findall(r"\b(rate|increase|irate)\([^{]*\{[^}]*\}(\[[^\]]*\](?: @ end\(\))?)", query.expr)
        for function, window in windows:
            if window not in ("[$__rate_interval]", "[$__range] @ end()"):
                yield f"{query}: {function} over {window}"
        before, at_end, _ = query.expr.partition("[$__range] @ end()")
        if at_end and "topk(" not in before:
            yield f"{query}: [$__range] other than to choose the highest"


def nothing_is_made_up(name, dashboard):
    """What is unknown is absent, not 0."""
    for query in queries_of(name, dashboard):
        if re.search(r"\bvector\(|\babsent(_over_time)?\(", query.expr):
            yield f"{query}: makes up a value"


def lines_are_few(name, dashboard):
    """At most 20, whatever the size of the cluster: a topk, or labels with few values. Tables may be long."""
    for query in queries_of(name, dashboard):
        if query.panel_type == "table":
            continue
        most = most_series(query.expr)
        if query.panel_type == "heatmap" and re.match(r"sum by \(le\) ", query.expr):
            continue
        if most is None or most > MOST_LINES:
            yield f"{query}: {'any number of' if most is None else most} lines"


def most_series(expr):
    """How many series a query can give; None where nothing bounds them."""
    outside = _outside_of_parentheses(expr)
    quantile = re.match(r"histogram_quantile\([\d.]+, (.*)\)$", expr)
    if quantile:
        return most_series(re.sub(r"\bby \(le(, )?", "by (", quantile.group(1), count=1))
    chosen = [int(number) for number in re.findall(r"topk\((\d+),", expr) if "topk(" in outside]
    if chosen:
        return max(chosen)
    found = re.search(r"\b(sum|max|min|count|avg)( by \(([^)]*)\))?", outside)
    if not found:
        return None
    most = 1
    for label in re.findall(r"\w+", found.group(3) or ""):
        if label not in FEW_VALUES:
            return None
        most *= FEW_VALUES[label]
    return most


def _outside_of_parentheses(expr):
    """The expression without what stands in parentheses, but with the labels of `by`."""
    text, depth = "", 0
    for index, character in enumerate(expr):
        if character == "(":
            is_by = depth == 0 and expr[:index].endswith("by ")
            depth += 1
            if is_by:
                text += expr[index : expr.index(")", index) + 1]
            elif depth == 1:
                text += "("
        elif character == ")":
            depth -= 1
        elif depth == 0:
            text += character
    return text


RULES = (
    imports_anywhere,
    opens_well,
    panels_lie_well,
    variable_datasource,
    variables_job_and_cluster,
    variables_are_asked_well,
    variables_are_used,
    panels_are_described,
    panels_are_of_known_types,
    panels_use_the_chosen_datasource,
    panels_have_units,
    panels_have_queries,
    panels_ask_for_now_or_over_time,
    lines_have_names,
    links_lead_somewhere,
    selectors_choose,
    metrics_exist,
    counters_are_rated,
    rates_fit_the_interval,
    nothing_is_made_up,
    lines_are_few,
)

