"""Advisory locks of the database, each with a number of its own, so that nothing waits for something it has nothing to do with."""

from enum import IntEnum, unique

from django.db import connection


@unique
class Lock(IntEnum):
    """What only one may do at a time, or many but not beside the one."""

    #: Events get their numbers as transactions commit; taken by a trigger of `history`.
    NUMBERING = 7_235_001
    IMPORTS = 7_235_002
    RESTRICTIONS_OF_PROJECTS = 7_235_003
    RESTRICTIONS_OF_RELEASES = 7_235_004
    SERVICES_IN_CIRCLES = 7_235_011
    PREREQUISITES_IN_CIRCLES = 7_235_012
    #: Between putting a file of evidence there and sweeping away what nobody refers to.
    EVIDENCE = 7_235_013
    WAIVERS = 7_235_014
    APPROVALS = 7_235_021
    READINESS = 7_235_022
    RESTORE = 7_235_031
    PLANNING_REMINDERS = 7_235_041
    ADDRESSING_REMINDERS = 7_235_042
    TELLING_WEBHOOKS = 7_235_043


def take(lock: Lock, *, shared: bool = False) -> None:
    """Wait for a lock and hold it until the transaction ends; `shared`: beside others who share it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [lock.value])


def take_if_free(lock: Lock) -> bool:
    """Hold a lock until the transaction ends, unless somebody has it; whether it is held now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock.value])
        return bool(cursor.fetchone()[0])
