"""What the calendar is asked: entries of a range (`ranges`), how many of what they are (`counts`), and those of a feed (`feeds`)."""

from schedule.queries import feeds
from schedule.queries.ranges import Cell, Traits, cells, count, entries, entry, keys, traits
from schedule.queries.threats import threats_of

__all__ = ["Cell", "Traits", "cells", "count", "entries", "entry", "feeds", "keys", "threats_of", "traits"]
