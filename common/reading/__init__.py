"""The fast read path: a noun says once what REST shows of it; lists, details, cursors, ETags and documents follow from that.

    RELEASES = Noun("release", "releases", Release, by="key", order=("-id",), tables=(…), columns=(
        Plain("name"), Plain("status"), Reference("route", "routes", by="slug"), Many("services", _services, …),
    ))

    class Releases(ListView):
        noun, filters = RELEASES, ReleaseFilter

The hot way is values → dict → JSON; there is no serializer in it. A list costs the caller's token, the last number of the tables
the answer depends on (all that a 304 needs), the page's rows, and one query for each column that holds a list.
"""

from common.reading.columns import Column, Computed, Many, Plain, Reference, list_of, person, text_schema
from common.reading.nouns import Noun, related
from common.reading.questions import Question
from common.reading.views import DetailView, ListView, ReadView

__all__ = [
    "Column",
    "Computed",
    "DetailView",
    "ListView",
    "Many",
    "Noun",
    "Plain",
    "Question",
    "ReadView",
    "Reference",
    "list_of",
    "person",
    "related",
    "text_schema",
]
