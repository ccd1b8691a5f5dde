"""What the calendar is asked: entries of a range (`ranges`), and how many of what they are (`counts`)."""

from schedule.queries.ranges import Cell, Traits, cells, count, entries, entry, keys, traits

__all__ = ["Cell", "Traits", "cells", "count", "entries", "entry", "keys", "traits"]
