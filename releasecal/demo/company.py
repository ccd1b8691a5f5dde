"""Who and where: people, teams, environments, routes and services of Meridian, trains and ferries of one company."""

from dataclasses import dataclass
from typing import Final

from accounts.actions.demo import BERLIN, KOLKATA, NEW_YORK
from accounts.vocabulary import Role


@dataclass(frozen=True)
class Colleague:
    """Somebody who works there and whom nobody signs in as."""

    name: str
    home: tuple[str, str]
    roles: tuple[Role, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@demo.example"


_MANAGES: Final = (Role.PROJECT_MANAGER,)
#: Who mends at night, and who speaks for environments when New York sleeps.
ON_CALL: Final = "Ines Carvalho"
EARLY: Final = "Mikkel Sorensen"
COLLEAGUES: Final = (
    Colleague("Amara Diallo", NEW_YORK, _MANAGES),
    Colleague("Henrik Solberg", BERLIN, _MANAGES),
    Colleague("Meilin Zhou", KOLKATA, _MANAGES),
    Colleague("Carlos Mendoza", NEW_YORK, _MANAGES),
    Colleague("Fatima Alsayed", BERLIN, _MANAGES),
    Colleague("Deepa Nair", KOLKATA, _MANAGES),
    Colleague("Sofia Kowalska", BERLIN, _MANAGES),
    Colleague("Kwame Boateng", NEW_YORK, _MANAGES),
    # Those who pay for projects: operations, finance, technology, New York.
    Colleague("Beatrix Lindner", BERLIN),
    Colleague("Erik Falk", BERLIN),
    Colleague("Sunita Krishnan", KOLKATA),
    Colleague("David Rosenthal", NEW_YORK),
    # Those who lead teams.
    Colleague("Yuki Tanaka", KOLKATA),
    Colleague("Lars Nygaard", BERLIN),
    Colleague("Aisha Rahman", NEW_YORK),
    Colleague("Pieter Devries", BERLIN),
    # So that nobody is the only one who may decide.
    Colleague(ON_CALL, BERLIN, (Role.RELEASE_MANAGER,)),
    Colleague(EARLY, BERLIN, (Role.ENVIRONMENT_MANAGER,)),
)


def email_of(name: str) -> str:
    """`Amara Diallo` by her address; who is named by one word is one of the people to sign in as."""
    return f"{name.lower().replace(' ', '.')}@demo.example"


@dataclass(frozen=True)
class TeamOf:
    """A team beside those of the people to sign in as: slug, name, lead, the team it belongs to."""

    slug: str
    name: str
    lead: str
    parent: str = ""


TEAMS: Final = (
    TeamOf("passenger-sales", "Passenger sales", "Sofia Kowalska", "business"),
    TeamOf("journeys", "Journey information", "Yuki Tanaka", "business"),
    TeamOf("on-board", "On board", "Lars Nygaard", "operations"),
    TeamOf("terminals", "Terminals and stations", "Pieter Devries", "operations"),
    TeamOf("freight", "Freight", "Fatima Alsayed", "business"),
    TeamOf("data", "Data", "Deepa Nair", "platform"),
    TeamOf("network", "Network", "Henrik Solberg", "platform"),
    TeamOf("corporate", "Corporate systems", "Erik Falk"),
    TeamOf("harbour", "Harbour New York", "Aisha Rahman", "operations"),
)


@dataclass(frozen=True)
class Place:
    """An environment; releases come `days` working days before they go live, and their window opens at `clock` for `minutes`."""

    slug: str
    name: str
    stage: str
    zone: str
    owner: str
    days: int
    clock: str
    minutes: int
    lanes: int | None = None


DEVELOPMENT: Final = Place("dev", "Development Bengaluru", "development", "Asia/Kolkata", "platform", 18, "10:30", 30)
TEST: Final = Place("test", "Integration test", "test", "Asia/Kolkata", "platform", 13, "11:00", 60)
ACCEPTANCE: Final = Place("acceptance", "Acceptance", "acceptance", "Europe/Berlin", "business", 8, "19:00", 60)
STAGING: Final = Place("staging", "Dress rehearsal", "staging", "Europe/Berlin", "operations", 3, "20:30", 90, lanes=6)
PRODUCTION: Final = Place("prod", "Production", "production", "Europe/Berlin", "operations", 0, "22:00", 90)
HARBOUR: Final = Place("prod-ny", "Production New York", "production", "America/New_York", "harbour", 0, "23:00", 90)
ENVIRONMENTS: Final = (DEVELOPMENT, TEST, ACCEPTANCE, STAGING, PRODUCTION, HARBOUR)

#: slug: name, description, stops. A soak counts before the next stop.
ROUTES: Final = {
    "main-line": (
        "Main line",
        "Whatever passengers and staff in Europe use: from Bengaluru over acceptance and dress rehearsal to production.",
        ((DEVELOPMENT, 0), (TEST, 24), (ACCEPTANCE, 48), (STAGING, 24), (PRODUCTION, 0)),
    ),
    "harbour-line": (
        "Harbour line",
        "The short way to the ferries of New York harbour, which have an installation of their own.",
        ((DEVELOPMENT, 0), (TEST, 48), (HARBOUR, 0)),
    ),
    "fast-line": (
        "Fast line",
        "What is broken goes by dress rehearsal to production at once, and meets afterwards the standards that waited.",
        ((STAGING, 0), (PRODUCTION, 0)),
    ),
}
FAST_LINE: Final = "fast-line"

#: Systems: slug, name, owner, tier, and the services in each: slug, name, kind, what they need.
SYSTEMS: Final = (
    (
        ("sales", "Passenger sales", "passenger-sales", 1),
        (
            ("ticket-issuing", "Ticket issuing", "service", ("booking-engine", "fare-engine")),
            ("booking-engine", "Booking engine", "service", ("seat-inventory", "identity-provider")),
            ("seat-inventory", "Seats, cabins and car decks", "service", ("timetable-service",)),
            ("fare-engine", "Fare engine", "service", ("discount-rules",)),
            ("discount-rules", "Discounts and railcards", "component", ()),
            ("web-shop", "Web shop", "product", ("booking-engine", "payments-gateway", "journey-planner")),
            ("partner-interface", "Partner sales interface", "service", ("booking-engine",)),
            ("agency-portal", "Agency portal", "product", ("partner-interface",)),
            ("compass-club", "Compass Club", "product", ("points-ledger",)),
            ("points-ledger", "Points ledger", "service", ("event-stream",)),
        ),
    ),
    (
        ("passenger-app-system", "Passenger app", "customer-portal", 2),
        (
            ("passenger-app", "Passenger app for phones", "product", ("app-gateway",)),
            ("app-gateway", "App gateway", "service", ("booking-engine", "passenger-alerts", "identity-provider")),
            ("ticket-wallet", "Tickets in phone wallets", "component", ("ticket-issuing",)),
        ),
    ),
    (
        ("payments-system", "Payments", "payments", 1),
        (
            ("payments-gateway", "Payments gateway", "service", ("card-tokens",)),
            ("card-tokens", "Card tokens", "service", ()),
            ("revenue-settlement", "Revenue settlement", "service", ("event-stream", "general-ledger")),
            ("invoicing", "Invoicing", "service", ("general-ledger",)),
        ),
    ),
    (
        ("information", "Journey information", "journeys", 2),
        (
            ("timetable-service", "Timetable", "service", ("event-stream",)),
            ("journey-planner", "Journey planner", "service", ("timetable-service",)),
            ("disruption-desk", "Disruption desk", "product", ("timetable-service", "event-stream")),
            ("passenger-alerts", "Passenger alerts", "service", ("disruption-desk",)),
            ("signage-controller", "Signage controller", "service", ("timetable-service",)),
            ("platform-displays", "Displays on piers and platforms", "hardware", ("signage-controller", "station-network")),
        ),
    ),
    (
        ("terminals-system", "Terminals and stations", "terminals", 2),
        (
            ("berth-planning", "Berth planning", "product", ("timetable-service",)),
            ("terminal-gates", "Terminal gates", "hardware", ("booking-engine", "station-network")),
            ("passenger-manifest", "Passenger manifest", "service", ("booking-engine",)),
            ("border-filing", "Border filing", "service", ("passenger-manifest",)),
            ("kiosk-software", "Kiosk software", "component", ("ticket-issuing", "payments-gateway")),
            ("ticket-kiosks", "Ticket kiosks", "hardware", ("kiosk-software", "station-network")),
        ),
    ),
    (
        ("vessels", "On board", "on-board", 2),
        (
            ("onboard-pos", "On-board tills", "product", ("payments-gateway",)),
            ("onboard-stock", "Stock on board", "service", ("purchasing",)),
            ("crew-rostering", "Crew rostering", "product", ("staff-directory",)),
            ("crew-app", "Crew app", "product", ("crew-rostering", "app-gateway")),
            ("fleet-maintenance", "Fleet maintenance", "product", ("parts-store", "event-stream")),
            ("parts-store", "Parts store", "service", ("purchasing",)),
            ("vessel-uplink", "Vessel uplink", "hardware", ()),
        ),
    ),
    (
        ("freight-system", "Freight", "freight", 3),
        (
            ("freight-booking", "Freight booking", "product", ("seat-inventory",)),
            ("freight-tracking", "Trailer tracking", "service", ("event-stream",)),
            ("customs-desk", "Customs desk", "service", ("freight-booking",)),
        ),
    ),
    (
        ("harbour-system", "Harbour ferries New York", "harbour", 2),
        (
            ("harbour-ticketing", "Harbour ticketing", "product", ("payments-gateway",)),
            ("harbour-piers", "Pier gates New York", "hardware", ("harbour-ticketing",)),
            ("harbour-dispatch", "Harbour dispatch", "service", ()),
        ),
    ),
    (
        ("backbone", "Platform", "platform", 1),
        (
            ("identity-provider", "Sign-on", "service", ("staff-directory",)),
            ("staff-directory", "Staff directory", "service", ()),
            ("event-stream", "Event stream", "service", ()),
            ("data-warehouse", "Data warehouse", "system", ("event-stream",)),
            ("station-network", "Station network", "hardware", ()),
        ),
    ),
    (
        ("corporate-system", "Corporate systems", "corporate", 3),
        (
            ("general-ledger", "General ledger", "system", ()),
            ("purchasing", "Purchasing", "system", ("general-ledger",)),
            ("contact-centre", "Contact centre", "product", ("case-files",)),
            ("case-files", "Case files", "service", ("booking-engine",)),
        ),
    ),
)
#: Owned by somebody else than the system they are part of.
OWNERS: Final = {
    "identity-provider": "security",
    "event-stream": "data",
    "data-warehouse": "data",
    "station-network": "network",
    "vessel-uplink": "network",
    "contact-centre": "business",
    "case-files": "business",
}
