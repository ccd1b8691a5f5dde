"""What one caller may not see, asked once per question."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from common.statements import Statement, compiled, for_all, joined, statement
from projects.models import Program, Project
from releases.models import Release


class Hidden(NamedTuple):
    """The ids of restricted things that a caller may not see, each sorted; all empty for most."""

    programs: tuple[int, ...] = ()
    projects: tuple[int, ...] = ()
    releases: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sight:
    """A caller and what is hidden from them. Callers from whom the same is hidden share their statements."""

    user: Any = field(compare=False)
    hidden: Hidden

    @classmethod
    def of(cls, user: Any) -> "Sight":
        """What `user`, who is signed in, does not see now."""
        if user.sees_everything or not _anything_restricted():
            return cls(user, Hidden())
        return cls(user, Hidden(*(tuple(sorted(noun.objects.hidden_from(user))) for noun in (Program, Project, Release))))

    def still_holds(self) -> bool:
        return Sight.of(self.user).hidden == self.hidden


def _anything_restricted() -> bool:
    """One short query by three partial indexes: for most installations the whole cost of restriction."""
    return bool(statement("anything restricted", _restricted_at_all, keep=for_all).run()[0][0])


def _restricted_at_all() -> Statement:
    found = [
        compiled(noun.objects.filter(restricted_until__isnull=False).order_by().values("pk"))
        for noun in (Program, Project, Release)
    ]
    return joined(found, "SELECT EXISTS (SELECT FROM (", ") AS restricted)")
