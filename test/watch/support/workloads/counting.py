"""Imported by the service: its byte code is written beside it at the first run."""
import itertools

_visits = itertools.count(1)


def count() -> int:
    return next(_visits)
