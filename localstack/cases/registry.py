"""What a case is: a name, the outcome AWS documents, and the requests that show it."""

from dataclasses import dataclass
from typing import Callable

CASES = {}


class Wrong(Exception):
    """The request succeeded, but a fact of its answer is not what AWS documents."""


@dataclass(frozen=True)
class Case:
    """`expected` is "ok" or the error code of the last request."""

    name: str
    expected: str
    run: Callable


def case(name, expected="ok"):
    """Registers a function of one argument, the server."""

    def register(function):
        if name in CASES:
            raise ValueError(f"two cases are called {name}")
        CASES[name] = Case(name, expected, function)
        return function

    return register


def fact(name, observed, expected):
    """Checks one fact. differences.tsv repeats the message, so it holds nothing that changes from run to run."""
    if observed != expected:
        raise Wrong(f"{name} is {observed!r}, not {expected!r}")
