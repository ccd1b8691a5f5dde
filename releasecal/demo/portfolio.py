"""What is planned: programs, projects with their outputs, and the dates everybody knows."""

from dataclasses import dataclass
from typing import Final

from projects.vocabulary import OutputKind

_S, _H, _D, _T, _V = OutputKind.SOFTWARE, OutputKind.HARDWARE, OutputKind.DOCUMENTATION, OutputKind.TRAINING, OutputKind.SERVICE

#: Code: name, manager, description.
PROGRAMS: Final = {
    "ONE": (
        "One ticket",
        "Henrik Solberg",
        "A journey by train and ferry is one offer, one basket and one ticket, wherever it is bought.",
    ),
    "SAFEPAY": ("Safe payments", "Fatima Alsayed", "Paying is quick everywhere, and card numbers are nowhere in our house."),
    "INFORM": (
        "Well informed",
        "Meilin Zhou",
        "Passengers hear of changes before they ask, in words and signs everybody understands.",
    ),
    "HARBOUR": ("New York harbour", "Amara Diallo", "Commuter ferries of New York: new piers, an electric fleet, one pass."),
    "VESSEL": ("Digital vessel", "Carlos Mendoza", "Crew, tills and machines on board work as well without the shore as with it."),
    "CARGO": ("Freight online", "Fatima Alsayed", "Hauliers book, declare and follow their trailers by themselves."),
    "BACKBONE": ("Backbone", "Deepa Nair", "What every service stands on: sign-on, network, data, and what the law asks of them."),
    "LEAN": ("Lean back office", "Sofia Kowalska", "Finance and customer care without paper."),
}


@dataclass(frozen=True)
class Output:
    """What a project delivers: for which release (`line` and its number) it has to be there. Documents and courses may come later."""

    code: str
    name: str
    kind: OutputKind
    line: str
    number: int

    @property
    def travels(self) -> bool:
        return self.kind in (_S, _H, _V)


@dataclass(frozen=True)
class Project:
    """A project; its days follow from its outputs. `fate` is empty for what goes on or has ended well, else what became of it."""

    code: str
    name: str
    program: str
    manager: str
    sponsor: str
    budget: int
    currency: str
    scope: str
    outputs: tuple[Output, ...]
    fate: str = ""


def _project(
    head: tuple[str, ...], budget: int, scope: str, *outputs: tuple[str, str, OutputKind, str, int], fate: str = ""
) -> Project:
    code, name, program, manager, sponsor, currency = head
    return Project(code, name, program, manager, sponsor, budget, currency, scope, tuple(Output(*each) for each in outputs), fate)


#: By project and code: the output that is six days late, and those that are going to be, so that each month has its worry: whatever
#: day it is, one of the first two goes live in the next month. The project that ended eight months ago.
LATE: Final = ("KIOSK", "reader-firmware")
SLIPPING: Final = (("EFERRY", "battery-care"), ("SIGNS", "displays-stations"), ("LEDGER", "fast-close"))
ENDED_LONG_AGO: Final = "CUSTOMS"

PROJECTS: Final = (
    _project(
        ("JOURNEY", "Through tickets for train and ferry", "ONE", "project", "Beatrix Lindner", "EUR"),
        1_850_000,
        "Sell train, cabin and car deck as one journey with one ticket; rebook the rest when a connection is missed.",
        ("combined-fares", "Combined fares for train and ferry", _S, "fares", 0),
        ("one-basket", "One basket for train, cabin and car deck", _S, "shop", 0),
        ("one-code", "One code that opens both gates", _S, "ticketing", 0),
        ("counter-course", "Counter staff know through tickets", _T, "ticketing", 0),
        ("rebooking", "Rebooking after a missed connection", _S, "disruption", 1),
    ),
    _project(
        ("AGENCY", "Agencies on the new sales interface", "ONE", "Henrik Solberg", "Beatrix Lindner", "EUR"),
        620_000,
        "Move 140 agencies from the mainframe to the partner interface, and switch the old way off.",
        ("availability", "Availability and price in one call", _S, "partners", 0),
        ("pilot", "Pilot with six agencies", _V, "partners", -2),
        ("description", "Interface description for agencies", _D, "partners", -2),
        ("cancellations", "Cancellation by the agency itself", _S, "partners", -1),
        ("groups", "Group bookings through agencies", _S, "partners", 1),
    ),
    _project(
        ("SHOP", "A web shop for phones", "ONE", "Sofia Kowalska", "Beatrix Lindner", "EUR"),
        1_240_000,
        "Three of four visitors come by phone: rebuild the shop for them.",
        ("search", "Search that fits on a phone", _S, "shop", -6),
        ("seat-map", "Seat and cabin map", _S, "shop", -5),
        ("checkout", "Checkout on one page", _S, "shop", -4),
        ("style-guide", "Style guide of the shop", _D, "shop", -5),
        ("guest", "Buying without an account", _S, "shop", -3),
    ),
    _project(
        ("KIOSK", "New ticket kiosks", "ONE", "project", "Beatrix Lindner", "EUR"),
        2_310_000,
        "Replace 212 kiosks whose card readers lose their approval at the end of the year.",
        ("reader-firmware", "Firmware of the new card readers", _H, "kiosk", 0),
        ("six-languages", "Kiosk in six languages", _S, "kiosk", -1),
        ("remote-care", "Care of kiosks from afar", _S, "kiosk", 0),
        ("island-piers", "Kiosks on the island piers", _H, "kiosk", 1),
        ("cash-guide", "Guide to cash and cleaning", _D, "kiosk", 0),
    ),
    _project(
        ("CLUB", "Compass Club for families", "ONE", "Meilin Zhou", "Beatrix Lindner", "EUR"),
        480_000,
        "Families collect together, and pay with points on board.",
        ("family-account", "Points account of a family", _S, "club", 0),
        ("points-on-board", "Paying with points on board", _S, "tills", 1),
        ("partner-hotels", "Points from partner hotels", _S, "club", -2),
        ("terms", "Terms of the club in plain words", _D, "club", -1),
        ("status-levels", "Status levels by journeys", _S, "club", -3),
    ),
    _project(
        ("PAY", "Payments gateway renewed", "SAFEPAY", "project", "Erik Falk", "EUR"),
        2_950_000,
        "Replace the gateway step by step, without a day on which nobody can pay.",
        ("passkeys", "Confirming payments by passkey", _S, "payments", 0),
        ("clearing", "Daily clearing in three currencies", _S, "settlement", 0),
        ("two-acquirers", "Two acquirers side by side", _S, "payments", -2),
        ("retries", "Retries that charge once", _S, "payments", -4),
        ("runbook", "Runbook for the night shift", _D, "payments", -2),
    ),
    _project(
        ("WALLET", "Phone wallets and contactless", "SAFEPAY", "Fatima Alsayed", "Erik Falk", "EUR"),
        540_000,
        "Tickets and cards live in the phone, at gates and at the bar.",
        ("wallet-tickets", "Tickets in phone wallets", _S, "app", -2),
        ("contactless-bar", "Contactless at the bar", _H, "tills", -3),
        ("wallet-payments", "Paying from phone wallets", _S, "payments", -3),
        ("bar-course", "Bar staff know contactless", _T, "tills", -3),
        ("express-gates", "Gates open without unlocking the phone", _S, "app", -1),
    ),
    _project(
        ("VAULT", "Card numbers out of our house", "SAFEPAY", "Fatima Alsayed", "Erik Falk", "EUR"),
        1_120_000,
        "Tokens instead of card numbers, so that nothing worth stealing lies with us.",
        ("tokens", "Tokens in the gateway", _V, "payments", -6),
        ("tokens-tickets", "Tokens in ticket issuing", _S, "ticketing", -5),
        ("tokens-shop", "Tokens in the web shop", _S, "shop", -5),
        ("purge", "Old card numbers deleted", _S, "payments", -5),
        ("assessment", "Report of the assessor", _D, "payments", -5),
    ),
    _project(
        ("FRAUD", "Fraud seen while it happens", "SAFEPAY", "Deepa Nair", "Erik Falk", "EUR"),
        760_000,
        "Score payments in the stream instead of the morning after.",
        ("scores", "Scores in the event stream", _S, "data", 1),
        ("screening", "Screening in the gateway", _S, "payments", 1),
        ("desk", "Desk for suspicious bookings", _S, "contact", 1),
        ("desk-course", "Desk staff know the scores", _T, "contact", 1),
        ("rules", "Rules agreed with the acquirers", _D, "payments", 1),
    ),
    _project(
        ("ALERT", "Alerts that arrive", "INFORM", "Meilin Zhou", "Beatrix Lindner", "EUR"),
        690_000,
        "Who is affected by a disruption hears of it within two minutes, in their own language.",
        ("by-seat", "Alerts by seat and cabin", _S, "disruption", 0),
        ("eleven-languages", "Alerts in eleven languages", _S, "app", 0),
        ("platform-changes", "Platform changes in the planner", _S, "timetable", 0),
        ("control-course", "Control room knows the new desk", _T, "disruption", -1),
        ("two-minutes", "Alerts within two minutes", _S, "disruption", -2),
    ),
    _project(
        ("SIGNS", "New signs for piers and stations", "INFORM", "Kwame Boateng", "Beatrix Lindner", "EUR"),
        1_980_000,
        "Replace 460 displays; one controller for trains and ferries.",
        ("controller", "One controller for all signs", _S, "signage", -4),
        ("displays-west", "Displays in the western ports", _H, "signage", -3),
        ("displays-east", "Displays in the eastern ports", _H, "signage", -1),
        ("displays-stations", "Displays in 31 stations", _H, "signage", 0),
        ("mounting", "Mounting guide", _D, "signage", -3),
    ),
    _project(
        ("PLANNER", "Planner from door to door", "INFORM", "Meilin Zhou", "Sunita Krishnan", "EUR"),
        830_000,
        "Include trams, buses and the walk to the pier.",
        ("city-feeds", "Timetables of nine cities", _S, "timetable", -4),
        ("walks", "Ways on foot through terminals", _S, "timetable", -2),
        ("planner-app", "Planner in the app", _S, "app", -3),
        ("arrival-times", "Arrival times learned from the past", _S, "data", -2),
        ("data-contracts", "Contracts with the cities", _D, "timetable", -4),
    ),
    _project(
        ("ACCESS", "Information for everybody", "INFORM", "Meilin Zhou", "Beatrix Lindner", "EUR"),
        410_000,
        "Everything we say can be heard, read and felt, as the law asks from next summer on.",
        ("spoken-signs", "Signs that speak", _H, "signage", 1),
        ("app-reader", "The app by screen reader", _S, "app", 1),
        ("shop-contrast", "Web shop without colour alone", _S, "shop", 1),
        ("audit", "Audit with travellers", _D, "app", 1),
        ("staff-course", "Staff know how to help", _T, "signage", 1),
    ),
    _project(
        ("PIER", "Pier 11 and Hunters Point", "HARBOUR", "Amara Diallo", "David Rosenthal", "USD"),
        3_400_000,
        "Two new terminals with gates, kiosks and shelter.",
        ("pier-gates", "Gates at Pier 11", _H, "harbour", -2),
        ("hunters-point", "Gates at Hunters Point", _H, "harbour", 0),
        ("queue-times", "Waiting times on the pier", _S, "harbour", -1),
        ("pier-course", "Pier staff know the gates", _T, "harbour", -2),
        ("fire-plan", "Fire plan of both terminals", _D, "harbour", -1),
    ),
    _project(
        ("PASS", "Commuter pass for the harbour", "HARBOUR", "Amara Diallo", "David Rosenthal", "USD"),
        560_000,
        "One monthly pass for ferry, bus and bicycle.",
        ("monthly-pass", "Monthly pass in the app", _S, "harbour", 0),
        ("employers", "Passes bought by employers", _S, "harbour", 1),
        ("bus-clearing", "Clearing with the bus company", _S, "settlement", 1),
        ("pass-terms", "Terms of the pass", _D, "harbour", 0),
        ("call-course", "Call centre knows the pass", _T, "harbour", 0),
    ),
    _project(
        ("EFERRY", "Electric harbour ferries", "HARBOUR", "Kwame Boateng", "David Rosenthal", "USD"),
        7_800_000,
        "Four electric ferries charge at the pier between two crossings.",
        ("charging", "Charging while passengers board", _H, "harbour", -3),
        ("range", "Range shown to the bridge", _S, "harbour", -1),
        ("battery-care", "Care of batteries", _S, "fleet", 0),
        ("dispatch", "Dispatch by state of charge", _S, "harbour", 1),
        ("crew-licences", "Crews licensed for electric ferries", _T, "harbour", -3),
    ),
    _project(
        ("TILLS", "Tills that work at sea", "VESSEL", "Carlos Mendoza", "Erik Falk", "EUR"),
        940_000,
        "Sell for three days without a connection, and settle within an hour in port.",
        ("offline-sales", "Selling without the shore", _S, "tills", 0),
        ("new-tills", "New tills on eleven ships", _H, "tills", -4),
        ("stock-count", "Counting stock by scanner", _S, "tills", -1),
        ("till-course", "Stewards know the new tills", _T, "tills", -4),
        ("port-settlement", "Settlement within an hour in port", _S, "settlement", -2),
    ),
    _project(
        ("ROSTER", "Rosters people can plan with", "VESSEL", "Carlos Mendoza", "Beatrix Lindner", "EUR"),
        520_000,
        "Rosters stand eight weeks ahead, and swapping a shift takes a minute.",
        ("swaps", "Swapping shifts in the crew app", _S, "crew", 0),
        ("eight-weeks", "Rosters eight weeks ahead", _S, "crew", -2),
        ("wishes", "Wishes before the plan is made", _S, "crew", -1),
        ("agreement", "Agreement with the works council", _D, "crew", -2),
        ("planner-course", "Planners know the new rules", _T, "crew", -1),
    ),
    _project(
        ("UPLINK", "Satellite uplink of the fleet", "VESSEL", "Henrik Solberg", "Sunita Krishnan", "EUR"),
        2_680_000,
        "Two satellites instead of one on every ship that leaves the coast.",
        ("antennas", "Antennas on eleven ships", _H, "network", -3),
        ("failover", "Changing satellites unnoticed", _S, "network", -1),
        ("guest-network", "Guests and ship apart", _V, "network", 0),
        ("bridge-guide", "Guide for the bridge", _D, "network", -1),
        ("engineers-course", "Ship engineers know the antennas", _T, "network", -3),
    ),
    _project(
        ("CONDITION", "Maintenance by condition", "VESSEL", "Deepa Nair", "Beatrix Lindner", "EUR"),
        1_150_000,
        "Machines say when they need care; the calendar no longer does.",
        ("sensors", "Sensors on main engines", _H, "fleet", -2),
        ("wear", "Wear seen in the data", _S, "data", 0),
        ("work-orders", "Work orders from wear", _S, "fleet", 1),
        ("class-approval", "Approval of the classification society", _D, "fleet", 1),
        ("parts-ahead", "Parts ordered ahead", _S, "fleet", -1),
    ),
    _project(
        ("GALLEY", "Menus ordered from home", "VESSEL", "Carlos Mendoza", "Beatrix Lindner", "EUR"),
        260_000,
        "Passengers choose dinner with the ticket. Stopped: the pilot showed that too few do.",
        ("menu-pilot", "Pilot on two ships", _V, "tills", -2),
        ("menu-shop", "Menus in the web shop", _S, "shop", 1),
        ("menu-galley", "Orders in the galley", _S, "tills", 1),
        ("menu-suppliers", "Contracts with suppliers", _D, "tills", 1),
        ("menu-course", "Galley knows the orders", _T, "tills", 1),
        fate="cancelled",
    ),
    _project(
        ("CUSTOMS", "Customs without a counter", "CARGO", "Fatima Alsayed", "Beatrix Lindner", "EUR"),
        780_000,
        "Hauliers declare their goods while booking; the counters in four ports close.",
        ("declarations", "Declarations while booking", _V, "customs", -6),
        ("transit", "Transit papers", _S, "customs", -5),
        ("licences", "Licences checked at once", _S, "customs", -6),
        ("haulier-guide", "Guide for hauliers", _D, "customs", -6),
        ("customs-course", "Port staff know the desk", _T, "customs", -6),
    ),
    _project(
        ("TRACK", "Where is my trailer", "CARGO", "Fatima Alsayed", "Beatrix Lindner", "EUR"),
        370_000,
        "From the gate to the hold and out again, without a call.",
        ("positions", "Positions in the terminal", _S, "freight", -1),
        ("notices", "Notice when a trailer is free", _S, "freight", 0),
        ("reefers", "Temperatures of reefers", _S, "freight", 1),
        ("haulier-help", "Help pages for hauliers", _D, "freight", -1),
        ("yard-course", "Yard staff know the map", _T, "freight", -1),
    ),
    _project(
        ("PLATES", "Gates that read number plates", "CARGO", "Kwame Boateng", "Beatrix Lindner", "EUR"),
        1_420_000,
        "Cars and trailers drive through; the barrier knows their booking.",
        ("cameras", "Cameras in four ports", _H, "terminals", -3),
        ("matching", "Plates matched with bookings", _S, "terminals", -2),
        ("lanes", "Lanes assigned by deck", _S, "terminals", 0),
        ("privacy", "Assessment of privacy", _D, "terminals", -3),
        ("gate-course", "Gate staff know the cameras", _T, "terminals", -2),
    ),
    _project(
        ("SIGNON", "One sign-on for everybody", "BACKBONE", "Deepa Nair", "Sunita Krishnan", "EUR"),
        890_000,
        "Staff sign in once; shared passwords on bridges and counters end.",
        ("directory", "One directory of staff", _V, "identity", -4),
        ("badges", "Signing in by badge", _H, "identity", -2),
        ("ships", "Sign-on at sea", _S, "identity", 0),
        ("desk-help", "Help desk knows badges", _T, "identity", -2),
        ("rules-of-access", "Rules of access", _D, "identity", -4),
    ),
    _project(
        ("BORDER", "Passengers announced to the border", "BACKBONE", "Henrik Solberg", "Sunita Krishnan", "EUR"),
        650_000,
        "The new law wants passenger data an hour before departure, from every port.",
        ("capture", "Documents read by the app", _S, "manifest", -3),
        ("filing", "Filing an hour before departure", _S, "manifest", -1),
        ("corrections", "Corrections until the gangway closes", _S, "manifest", 0),
        ("law-guide", "What the law asks, port by port", _D, "manifest", -3),
        ("checkin-course", "Check-in knows the questions", _T, "manifest", -1),
    ),
    _project(
        ("STREAM", "One stream of events", "BACKBONE", "Deepa Nair", "Sunita Krishnan", "EUR"),
        1_060_000,
        "What happens is told once and heard by all who need it, instead of nightly files.",
        ("brokers", "Brokers in two data centres", _V, "data", -5),
        ("sales-events", "Sales as events", _S, "ticketing", -4),
        ("ledger-events", "Clearing from events", _S, "settlement", -3),
        ("catalogue", "Catalogue of events", _D, "data", -4),
        ("sailing-events", "Sailings as events", _S, "timetable", -3),
    ),
    _project(
        ("SEGMENT", "Stations on a network of their own", "BACKBONE", "Henrik Solberg", "Sunita Krishnan", "EUR"),
        1_730_000,
        "Gates, tills and cameras no longer share a network with the guests.",
        ("core-switches", "Core switches in both data centres", _H, "network", -5),
        ("stations-north", "Stations in the north", _H, "network", -2),
        ("stations-south", "Stations in the south", _H, "network", 1),
        ("address-plan", "Plan of addresses", _D, "network", -5),
        ("watch", "Watch over the segments", _S, "network", 0),
    ),
    _project(
        ("LEDGER", "New general ledger", "LEAN", "Sofia Kowalska", "Erik Falk", "EUR"),
        2_450_000,
        "One ledger for all companies, closed on the third working day.",
        ("chart", "One chart of accounts", _V, "finance", -4),
        ("companies", "All companies in one ledger", _S, "finance", -2),
        ("fast-close", "Closing on the third working day", _S, "finance", 0),
        ("clerks-course", "Clerks know the ledger", _T, "finance", -2),
        ("e-invoices", "Invoices as data", _S, "settlement", -1),
    ),
    _project(
        ("REFUND", "Refunds without a form", "LEAN", "Sofia Kowalska", "Beatrix Lindner", "EUR"),
        390_000,
        "Nine of ten refunds are decided by rule, and paid the same day.",
        ("decisions", "Refunds decided in the case file", _S, "contact", 0),
        ("to-card", "Refunds to the card they came from", _S, "payments", -1),
        ("case-import", "Paper cases scanned", _S, "contact", -2),
        ("care-course", "Customer care knows the rules", _T, "contact", 0),
        ("refund-app", "Asking for a refund in the app", _S, "app", 1),
    ),
)
