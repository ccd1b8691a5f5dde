"""Figures about the reader that the frame of every page shows, asked in the same query as the reader themselves."""

from collections.abc import Callable, Mapping
from typing import Any

_figures: dict[str, Callable[[], Any]] = {}


def add(name: str, expression: Callable[[], Any]) -> None:
    """Have whoever signs in carry a figure as the attribute `name`: `expression()` is one over the rows of users, asked of an index.

    Called from `AppConfig.ready()`, where there are no models yet to make it of.
    """
    _figures[name] = expression


def all_of_them() -> Mapping[str, Any]:
    """All figures that are registered, as `annotate` takes them."""
    return {name: expression() for name, expression in _figures.items()}
