"""A page of metrics as values that tests can compare."""

import re

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"'
_SAMPLE = re.compile(rf"^({_NAME})(?:\{{((?:{_LABEL}(?:,{_LABEL})*)?)\}})? (\S+)$")
_ONE_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"')
_ESCAPED = {"\\\\": "\\", "\\n": "\n", '\\"': '"'}


class Samples(dict):
    """{(name, frozenset of (label, value)): float}, with ways to ask for some of them."""

    def value(self, name, **labels):
        """The sample with exactly these labels, or None."""
        return self.get((name, frozenset(labels.items())))

    def having(self, name, **labels):
        """The samples of that name with at least these labels: {the other labels as a dict's items: value}."""
        wanted = frozenset(labels.items())
        return {
            labels_of - wanted: value
            for (name_of, labels_of), value in self.items()
            if name_of == name and wanted <= labels_of
        }

    def by(self, label, name, **labels):
        """The same as {value of `label`: sample}; for where the other labels don't matter. Nothing may be lost."""
        found = {}
        for others, value in self.having(name, **labels).items():
            key = dict(others)[label]
            if key in found:
                raise AssertionError(f"{name}: more than one sample with {label}={key!r}")
            found[key] = value
        return found

    def names(self):
        return {name for name, _ in self}

    def state(self, name, **labels):
        """The state of a state set, of which exactly one must be 1 and the others 0; None when there is no such set."""
        states = self.by("state", name, **labels)
        if not states:
            return None
        on = [state for state, value in states.items() if value == 1]
        if len(on) != 1 or sorted(states.values()) != [0] * (len(states) - 1) + [1]:
            raise AssertionError(f"{name}{labels}: not exactly one state is 1: {states}")
        return on[0]

    def collector_results(self):
        """{collector: "ok" or the reason of its failure}, of those that have run."""
        success = self.by("collector", "glusterfs_scrape_collector_success")
        reasons = {}
        for labels, value in self.having("glusterfs_scrape_collector_failure_info").items():
            collector, reason = dict(labels)["collector"], dict(labels)["reason"]
            if value != 1 or collector in reasons:
                raise AssertionError(f"collector {collector}: failure_info is contradictory")
            reasons[collector] = reason
        results = {}
        for collector, value in success.items():
            if value not in (0, 1) or (value == 0) != (collector in reasons):
                raise AssertionError(f"collector {collector}: success is {value}, reason {reasons.get(collector)}")
            results[collector] = reasons.get(collector, "ok")
        if not reasons.keys() <= success.keys():
            raise AssertionError(f"reasons of collectors without a result: {reasons} {success}")
        return results


def parse_page(text):
    """Reads text format 0.0.4 or OpenMetrics. Strict: what is not a comment must be a sample, each at most once."""
    samples = Samples()
    if text and not text.endswith("\n"):
        raise AssertionError(f"the page breaks off: ...{text[-80:]!r}")
    for number, line in enumerate(text.split("\n")[:-1], 1):  # not splitlines(): a label may hold U+2028 and such
        if line.startswith("#"):
            continue
        match = _SAMPLE.match(line)
        if not match:
            raise AssertionError(f"line {number} is no sample: {line!r}")
        name, labels, value = match.groups()
        pairs = _ONE_LABEL.findall(labels or "")
        key = (name, frozenset((label, _unescape(text_of)) for label, text_of in pairs))
        if len(key[1]) != len(pairs):
            raise AssertionError(f"line {number} has a label twice: {line!r}")
        if key in samples:
            raise AssertionError(f"line {number} stands twice: {line!r}")
        samples[key] = float(value)
    return samples


def _unescape(value):
    return re.sub(r'\\[\\n"]', lambda match: _ESCAPED[match.group()], value)
