"""What procedures and policies are narrowed by, on their pages and in REST."""

from django.db.models import Q

from common.filters import Filters, TrueOrFalse


class ProcedureFilter(Filters):
    """Procedures are few; words find them."""


class PolicyFilter(Filters):
    retired = TrueOrFalse(Q(retired_at__isnull=False), "Whether it is retired.")


class VersionFilter(Filters):
    published = TrueOrFalse(Q(published_at__isnull=False), "Whether it is published, or still a draft.")
