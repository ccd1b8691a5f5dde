"""Searching by words: each must stand somewhere in what is searched.

Small tables are walked (`with_words`). Large ones have an index of words (`Words`), which knows how each begins (`begins`).
"""

import re
from functools import reduce
from operator import or_
from typing import Any, Final, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db.models import Func, Q, QuerySet

Found = TypeVar("Found", bound=QuerySet[Any])

#: What parts words: everything in ASCII and the common blocks of punctuation that is neither letter nor digit, and a `v` before a number,
#: so that 1.2 finds v1.2.3. Written out and not as a class, because classes depend on the locale of the database.
_BETWEEN: Final = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u206f\u3000-\u3040]+"
    r"|\y[vV](?=[0-9])"
)
#: Scripts that put no space between words: every character stands for itself (Thai to Lao, Myanmar, Khmer, Chinese and Japanese).
_ALONE: Final = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3041-\u31ff\u3400-\u9fff\uf900-\ufaff]"
_PARTS: Final = re.compile(rf"({_ALONE})|{_BETWEEN}".replace(r"\y", r"\b"))
#: The index takes words of up to 2046 bytes.
_LONGEST_PART: Final = 255


class Words(Func):
    """The words of some columns, none of them null, as PostgreSQL's text search keeps them: `GinIndex(Words("name", "version"), name=…)`.

    An expression and no column: an index keeps it, and neither rows nor their history grow. Words stay as they are written, but for
    their case, since names come in any language.
    """

    output_field = SearchVectorField()
    arg_joiner = " || ' ' || "
    template = rf"to_tsvector('simple'::regconfig, regexp_replace(%(expressions)s, '({_ALONE})|{_BETWEEN}', ' \1 ', 'g'))"


def parts_of(word: str) -> list[str]:
    """The parts the index knows a word by: `pay@1.2` is pay, 1, 2. None for what is neither letter nor digit."""
    return [part[:_LONGEST_PART] for part in _PARTS.sub(r" \1 ", word).split()]


def with_words(found: Found, words: str, *columns: str) -> Found:
    """Those in which every word stands, in whatever case, in one of `columns`."""
    return found.filter(*(stands(word, *columns) for word in words.split()))


def begins(words: str, *columns: str) -> Q:
    """The same by the index on `Words(*columns)`: something begins with each word. For filters of the very table.

    A word of several parts (`1.2`, `OPS-33`) stands there as it is written. Nothing is found for words without a letter or digit.
    """
    asked = [(word, parts) for word in words.split() if (parts := parts_of(word))]
    if not asked:
        return Q(pk__in=[])
    wanted = " & ".join(" & ".join(f"'{part}'" for part in parts) + ":*" for _, parts in asked)
    found = Q(SearchVectorExact(Words(*columns), SearchQuery(wanted, config="simple", search_type="raw")))
    for word, parts in asked:
        if parts != [word]:
            # The index does not know where the parts stand; what it has narrowed things down to is looked at.
            found &= stands(word, *columns)
    return found


def stands(word: str, *columns: str) -> Q:
    """A word stands somewhere in one of `columns`, in whatever case."""
    return reduce(or_, (Q(**{f"{column}__icontains": word}) for column in columns))
