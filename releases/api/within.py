"""What lies in the release that an address names."""

from collections.abc import Mapping
from typing import Any

from common.converters import NAME
from common.reading import DetailView, ListView
from common.refusals import NotVisible
from releases.models import Release

ONE = f"releases/<{NAME}:key>"


def number_of(key: str, user: Any) -> int:
    """The number of the release with a key that `user` may see; raises NotVisible."""
    number: int | None = Release.objects.visible_to(user).with_key(key).values_list("pk", flat=True).first()
    if number is None:
        raise NotVisible("There is no such release, or none you may see. Check its key, such as REL-42.")
    return number


def release_of(key: str, user: Any) -> Release:
    """The release with a key that `user` may see; raises NotVisible."""
    found: Release = Release.objects.get(pk=number_of(key, user))
    return found


class ListOfRelease(ListView):
    """What lies in the release that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"release": number_of(names["key"], user)}


class PartOfRelease(DetailView):
    """One thing that lies in the release that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"release": number_of(names["key"], user)}
