"""Waiting for something to come true: always bounded, never for longer than needed."""

import time

DEFAULT_LIMIT = 30.0
PAUSE = 0.05


def wait_until(condition, what, limit=DEFAULT_LIMIT, pause=PAUSE):
    """Polls until `condition()` is true and returns what it gave. Fails with `what` when that takes too long."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"waited {limit:g} s in vain: {what}")
        time.sleep(pause)


def wait_until_equal(get, expected, what, limit=DEFAULT_LIMIT, pause=PAUSE):
    """Polls until `get()` equals `expected`. Fails with what it was last, so that the difference can be seen."""
    end = time.monotonic() + limit
    while True:
        value = get()
        if value == expected:
            return
        if time.monotonic() >= end:
            raise AssertionError(f"waited {limit:g} s in vain: {what}{difference(value, expected)}")
        time.sleep(pause)


def assert_same(value, expected, what):
    """For large dicts such as pages: fails with the entries that differ, not with all of them."""
    if value != expected:
        raise AssertionError(f"{what}{difference(value, expected)}")


def difference(value, expected, most=10):
    """Both values as text; of two dicts only entries in which they differ, `most` of them at most."""
    more = ""
    if isinstance(value, dict) and isinstance(expected, dict):
        keys = [key for key in {**expected, **value} if value.get(key) != expected.get(key)]
        more = f"\n  and {len(keys) - most} more" if len(keys) > most else ""
        value = {key: value[key] for key in keys[:most] if key in value}
        expected = {key: expected[key] for key in keys[:most] if key in expected}
    return f"\n  expected {expected!r}\n  was      {value!r}{more}"
