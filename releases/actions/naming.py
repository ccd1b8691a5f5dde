"""What the cells of imported rows name."""

from collections.abc import Iterable

from accounts.models import User
from releases.models import Release
from releases.vocabulary import number_of_key


def named_releases(names: Iterable[str], by: User) -> dict[str, Release]:
    """The releases that `name@version` (split at the last @) or a key stand for, of those `by` may see; locked, in order of key."""
    pairs: dict[tuple[str, str], str] = {}
    keys: dict[int, str] = {}
    for text in names:
        number = number_of_key(text)
        if number is not None:
            keys[number] = text
        elif "@" in text:
            name, _, version = text.rpartition("@")
            pairs[name, version] = text
    visible = Release.objects.visible_to(by)
    wanted = dict(visible.filter(pk__in=keys).values_list("pk", "pk"))
    found = {pk: [keys[pk]] for pk in wanted}
    if pairs:
        for pk, name, version in visible.filter(name__in={name for name, _ in pairs}).values_list("pk", "name", "version"):
            if (name, version) in pairs:
                found.setdefault(pk, []).append(pairs[name, version])
    locked = (
        Release.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk").defer("description", "rollback_plan")
    )
    return {text: release for release in locked for text in found[release.pk]}
