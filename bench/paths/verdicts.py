"""G16: the verdict on one promotion, beside its queries alone."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.timing import Figure, compare
from releases.models import Promotion
from releases.verdicts import NOT_BEGUN, verdict

MOST_QUERIES = 12


def of_one_promotion() -> Figure:
    """A promotion that is ahead, of a release on a route, three days before it begins."""
    promotion: Promotion = Promotion.objects.filter(status__in=NOT_BEGUN, release__route__isnull=False).order_by(
        "-starts_at", "id"
    )[0]
    at = promotion.starts_at - timedelta(days=3)

    def product() -> object:
        return verdict(promotion, at)

    product()
    with CaptureQueriesContext(connection) as captured:
        product()
    asked = [query["sql"] for query in captured]
    if len(asked) > MOST_QUERIES:
        raise RuntimeError(f"a verdict takes {len(asked)} queries, and may take {MOST_QUERIES}")

    def bare() -> object:
        rows = []
        with connection.connection.cursor() as cursor:
            for sql in asked:
                cursor.execute(sql)
                rows.append(cursor.fetchall())
        return rows

    return compare("G16", f"verdict of one promotion, {len(asked)} queries", 3, product, bare, times=30)
