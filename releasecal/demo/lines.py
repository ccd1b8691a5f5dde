"""What travels how often: lines of releases, each of one or two services, numbered from the one that goes live next (0)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from releasecal.demo.days import Today, working_days

TUESDAY, WEDNESDAY, THURSDAY = 1, 2, 3
EVERY_WEEKS: Final = 9
TRAIN_EVERY_WEEKS: Final = 8
#: Fifteen months back, three ahead; the last one has no date yet.
FIRST, LAST_PLANNED, LAST = -7, 1, 2


@dataclass(frozen=True)
class Line:
    """One line: what it is called, its services, its version now (`major.minor`), and what happens in it when no project has a wish.

    Lines with a `week` go live on a `weekday` night, the next one so many weeks from now; those without one go by the Saturday train.
    `only` names the numbers of a line that has come to an end.
    """

    slug: str
    name: str
    services: tuple[str, ...]
    major: int
    minor: int
    upkeep: str
    week: int | None = None
    weekday: int = TUESDAY
    route: str = "main-line"
    nature: str = "software"
    only: tuple[int, ...] = ()

    @property
    def is_train(self) -> bool:
        return self.week is None

    def version(self, number: int, fix: int = 0) -> str:
        return f"{self.major}.{self.minor + number}.{fix}"

    def goes_live(self, number: int, today: Today) -> date:
        """The day of the night in which a release of the line goes, or went, live."""
        if self.week is None:
            return today.train + timedelta(weeks=TRAIN_EVERY_WEEKS * number)
        if number == 0 and self.slug == TONIGHT:
            return today.day
        if number == 0 and self.slug == THREATENED:
            return working_days(today.day, 3)
        return today.weekday(self.week + EVERY_WEEKS * number, self.weekday)

    def numbers(self) -> range | tuple[int, ...]:
        return self.only or range(FIRST, LAST + (not self.is_train))


#: Goes live tonight; waits for something late; was tried twice in vain; has come to its end, with this number the last.
TONIGHT, THREATENED, TWICE_TRIED, ENDED = "contact", "kiosk", "terminals", "customs"
LAST_OF_ENDED: Final = -5

LINES: Final = (
    Line("ticketing", "Ticket issuing", ("ticket-issuing", "booking-engine"), 7, 24, "Faster search for free seats on busy days."),
    Line("fares", "Fare engine", ("fare-engine", "discount-rules"), 4, 19, "Fares and railcards of the coming quarter."),
    Line("shop", "Web shop", ("web-shop",), 12, 31, "Fewer steps to the ticket, and what visitors reported."),
    Line("app", "Passenger app", ("passenger-app", "app-gateway"), 9, 16, "What travellers reported in the stores."),
    Line("payments", "Payments gateway", ("payments-gateway", "card-tokens"), 5, 22, "New certificates of the card schemes."),
    Line("club", "Compass Club", ("compass-club", "points-ledger"), 3, 14, "Points of partners are credited overnight."),
    Line(
        "timetable",
        "Timetable and planner",
        ("timetable-service", "journey-planner"),
        8,
        27,
        "Works on the line between the ports.",
    ),
    Line("disruption", "Disruption desk", ("disruption-desk", "passenger-alerts"), 2, 18, "Wordings the control room asked for."),
    Line("tills", "On-board tills", ("onboard-pos", "onboard-stock"), 6, 12, "Prices and articles of the season."),
    Line("crew", "Crew rostering", ("crew-rostering", "crew-app"), 3, 21, "Rest periods by the new agreement."),
    Line("partners", "Partner sales", ("partner-interface", "agency-portal"), 2, 15, "Answers to agencies within a second."),
    Line("settlement", "Revenue settlement", ("revenue-settlement", "invoicing"), 4, 17, "Statements by route and by ship."),
    Line(
        "terminals",
        "Berths and gates",
        ("berth-planning", "terminal-gates"),
        5,
        13,
        "Tides of the year.",
        3,
        WEDNESDAY,
    ),
    Line(
        "manifest",
        "Passenger manifest",
        ("passenger-manifest", "border-filing"),
        6,
        11,
        "Formats the border police asked for.",
        4,
        TUESDAY,
    ),
    Line(
        "signage",
        "Signs on piers",
        ("signage-controller", "platform-displays"),
        3,
        16,
        "Readable in low sun.",
        5,
        THURSDAY,
        nature="both",
    ),
    Line("identity", "Sign-on", ("identity-provider", "staff-directory"), 10, 18, "Security updates of the quarter.", 6, TUESDAY),
    Line("data", "Data hub", ("event-stream", "data-warehouse"), 2, 23, "Newer servers of the event stream.", 7, WEDNESDAY),
    Line("contact", "Contact centre", ("contact-centre", "case-files"), 9, 14, "Shorter ways to the right desk.", 1, THURSDAY),
    Line(
        "freight",
        "Freight booking",
        ("freight-booking", "freight-tracking"),
        4,
        10,
        "Rates and sailing lists of the season.",
        8,
        TUESDAY,
    ),
    Line(
        "fleet",
        "Fleet maintenance",
        ("fleet-maintenance", "parts-store"),
        7,
        12,
        "Checklists of the classification society.",
        3,
        THURSDAY,
    ),
    Line(
        "finance",
        "Finance and purchasing",
        ("general-ledger", "purchasing"),
        11,
        15,
        "Tax tables and closing of the quarter.",
        6,
        WEDNESDAY,
    ),
    Line(
        "network",
        "Station network",
        ("station-network", "vessel-uplink"),
        3,
        17,
        "Firmware of switches and antennas.",
        5,
        TUESDAY,
        nature="hardware",
    ),
    Line(
        "kiosk",
        "Ticket kiosks",
        ("ticket-kiosks", "kiosk-software"),
        5,
        9,
        "Paper, coins and what cleaners noticed.",
        2,
        TUESDAY,
        nature="both",
    ),
    Line(
        "harbour",
        "Harbour ferries",
        ("harbour-ticketing", "harbour-piers", "harbour-dispatch"),
        2,
        20,
        "Timetable of the season.",
        4,
        WEDNESDAY,
        "harbour-line",
    ),
    Line("customs", "Customs desk", ("customs-desk",), 1, 6, "", 4, THURSDAY, only=(-6, LAST_OF_ENDED)),
)

#: What the release that is threatened says of itself.
WHY_THREATENED: Final = (
    "The firmware is late: the approval laboratory sent the readers back with two remarks, and tests them again."
)


@dataclass(frozen=True)
class Fix:
    """A break-fix: what of which line was broken, and how many days ago that was mended."""

    line: str
    days_ago: int
    number: int
    reason: str


#: The first is last night's.
FIXES: Final = (
    Fix("payments", 1, -1, "Payments by one card scheme were declined since 20:40: its new root certificate was missing."),
    Fix("shop", 23, -1, "The basket lost the car deck when somebody went back a page."),
    Fix("harbour", 61, -1, "Pier gates took the weekend pass for expired on public holidays."),
    Fix("ticketing", 96, -2, "Tickets for the night train were printed without the coach."),
    Fix("signage", 152, -3, "Displays stayed dark after a power cut in the eastern terminals."),
    Fix("network", 211, -4, "Two vessels lost their uplink when changing antennas."),
    Fix("manifest", 263, -5, "Manifests with more than 999 passengers were cut off."),
)

#: What is under way just now: care that people don't notice, host by host.
CARE: Final = "data"
CARE_REASON: Final = "The brokers of the event stream get next year's certificates, one after the other; nobody notices."

RESTRICTED_NAME, RESTRICTED_VERSION = "Passenger manifest", "6.10.2"
RESTRICTED_REASON: Final = "Closes a hole through which manifests could be read, reported to us in confidence; nobody has used it."
