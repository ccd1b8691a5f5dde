"""What one caller may not see, asked once per question."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projects.models import Program, Project
from releases.models import Release
from schedule.branches.statements import Statement, compiled, joined, statement


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
    asked = statement("anything restricted", _restricted_at_all, keep=lambda: True)
    return bool(asked and asked.run({})[0][0])


def _restricted_at_all() -> Statement | None:
    found = [
        compiled(noun.objects.filter(restricted_until__isnull=False).order_by().values("pk"))
        for noun in (Program, Project, Release)
    ]
    return joined([each for each in found if each], "SELECT EXISTS (SELECT FROM (", ") AS restricted)")
