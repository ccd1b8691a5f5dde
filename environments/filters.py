"""What environments, services, routes and bookings are narrowed by, on their pages and in REST."""

from datetime import datetime

from django.db.models import Q

from accounts.models import Team
from common.filters import Filters, Moment, Named, OneOf
from environments.models import Environment, Route, Service
from environments.vocabulary import LEAST_IMPORTANT_TIER, MOST_IMPORTANT_TIER, ServiceKind, Stage

TIERS = [(str(tier), f"tier {tier}") for tier in range(MOST_IMPORTANT_TIER, LEAST_IMPORTANT_TIER + 1)]


class EnvironmentFilter(Filters):
    stage = OneOf(Stage, "How far from development it is.")
    owner = Named(Team, "slug", "The team that owns it, by slug.", path="owner")
    route = Named(Route, "slug", "A route it is a stop of, by slug.", path="stops__version__route", many=True)


class ServiceFilter(Filters):
    kind = OneOf(ServiceKind, "What it is.")
    tier = OneOf(TIERS, "How critical it is, from 1 to 4.")
    owner = Named(Team, "slug", "The team that owns it, by slug.", path="owner")
    parent = Named(Service, "slug", "What it is a part of, by slug.", path="parent")
    depends_on = Named(Service, "slug", "A service it needs, by slug.", path="dependencies__needs", many=True)


class RouteFilter(Filters):
    environment = Named(
        Environment, "slug", "An environment it leads through, by slug.", path="versions__stops__environment", many=True
    )


def _lasts_beyond(moment: datetime) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=moment)


def _starts_before(moment: datetime) -> Q:
    return Q(starts_at__lt=moment)


class BookingFilter(Filters):
    environment = Named(Environment, "slug", "The environment whose lanes it has, by slug.", path="environment")
    from_ = Moment(_lasts_beyond, "Those that are not over at this day (UTC) or instant.")
    to = Moment(_starts_before, "Those that start before this day (UTC) or instant.")
