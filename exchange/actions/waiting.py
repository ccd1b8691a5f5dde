"""Imports that somebody else brings than who asked: files are kept for an hour, a worker takes them up, progress can be followed."""

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.models import User
from common.doors import as_refusal
from common.refusals import BadInput, Conflict, NotAllowed
from exchange import rules
from exchange.actions.imports import check, import_files
from exchange.kinds import Calendars
from exchange.kinds.sheet import Source
from exchange.models import Import
from exchange.vocabulary import GREATEST_SIZE, KEPT_FOR, MOST_FILES, TIME_LIMIT_MINUTES, ImportState

log = structlog.get_logger(__name__)

TASK, QUEUE = "exchange.tasks.bring", "imports"
LONGEST_NAME = 200
TURN = "Another import is under way; this one waits for its turn."
GONE = "Its files were kept for an hour and are gone; bring them once more."
BROKEN = "It was ended by an error of the program; nothing was kept."


def named(files: "Iterable[UploadedFile[Any]]") -> "list[tuple[str, UploadedFile[Any]]]":
    """Uploaded files with names that can be shown. Raises BadInput without files, or when they are too many or too large."""
    found = [(_shown(str(file.name or "")), file) for file in files]
    if not found:
        raise BadInput("There is no file to import; choose at least one.", errors={"files": ["Choose at least one file."]})
    if len(found) > MOST_FILES:
        raise BadInput(f"One call takes at most {MOST_FILES} files.", errors={"files": [f"Choose at most {MOST_FILES} files."]})
    size = sum(file.size or 0 for _, file in found)
    if size >= GREATEST_SIZE:
        problem = f"One call takes less than {GREATEST_SIZE // 1_000_000} MB, this is {size / 1_000_000:,.0f} MB; split it."
        raise BadInput(problem, errors={"files": [problem]})
    return found


def sources(files: "Iterable[UploadedFile[Any]]") -> list[Source]:
    """Uploaded files, to be read at once. Raises BadInput as `named` does."""
    return [_source(name, file) for name, file in named(files)]


def _source(name: str, file: "UploadedFile[Any]") -> Source:
    """Large ones lie in a file already and are read from there; the small ones were in memory all along."""
    if isinstance(file, TemporaryUploadedFile):
        return Source.at(Path(file.temporary_file_path())).called(name)
    return Source.of(name, file.read())


def ask(
    files: "Iterable[UploadedFile[Any]]",
    *,
    by: User,
    at: datetime,
    dry_run: bool,
    trust_history: bool = False,
    calendars: Calendars | None = None,
) -> Import:
    """Keep files and have a worker bring them. Raises NotAllowed, and BadInput for what needs no worker to be seen."""
    calendars = calendars or Calendars()
    check(by=by, trust_history=trust_history, calendars=calendars)
    found = named(files)
    digest = _keep(by.pk, found)
    return _queue(
        actor_id=by.pk,
        files=[{"name": name, "size": file.size} for name, file in found],
        is_dry_run=dry_run,
        trusts_history=trust_history,
        calendars=vars(calendars),
        kept=digest,
        started_at=at,
        kept_until=at + KEPT_FOR,
    )


def confirm(checked: Import, *, by: User, at: datetime) -> Import:
    """The yes after a dry run: have the same files brought for good. Raises NotAllowed, Conflict."""
    if checked.actor_id != by.pk or not rules.may_import(by):
        raise NotAllowed("Only who checked these files may import them; bring them yourself.")
    if checked.state != ImportState.CHECKED:
        raise Conflict("Only what was checked, with nothing wrong in it, can be imported by a yes.")
    if not checked.can_be_kept(at) or not _folder(by.pk, checked.kept).is_dir():
        raise Conflict(GONE)
    made = _queue(
        actor_id=by.pk,
        files=checked.files,
        is_dry_run=False,
        trusts_history=checked.trusts_history,
        calendars=checked.calendars,
        kept=checked.kept,
        started_at=at,
        kept_until=checked.kept_until,
    )
    # One yes is enough: the button is gone, the files stay for the worker.
    Import.objects.filter(pk=checked.pk).update(kept_until=None, revision=checked.revision + 1, updated_at=at)
    return made


def bring(number: int, *, at: datetime) -> None:
    """Bring an import that waits; nothing when somebody else has taken it up. While another runs, it goes on waiting."""
    if not Import.objects.waiting().filter(pk=number).update(state=ImportState.RUNNING, started_at=at):
        return
    asked = Import.objects.get(pk=number)
    try:
        folder = _folder(asked.actor_id, asked.kept)
        import_files(
            _kept(folder, [file["name"] for file in asked.files]),
            by=User.objects.get(pk=asked.actor_id),
            at=at,
            dry_run=asked.is_dry_run,
            trust_history=asked.trusts_history,
            calendars=Calendars(**asked.calendars),
            number=number,
        )
    except Exception as error:
        refusal = as_refusal(error)
        if isinstance(refusal, Conflict):
            _mark(number, state=ImportState.WAITING, sentence=TURN, finished_at=None)
            return
        state = ImportState.REFUSED if refusal else ImportState.BROKEN
        _mark(number, state=state, sentence=refusal.sentence if refusal else BROKEN, finished_at=at)
        if refusal is None:
            raise
    else:
        _mark(number, sentence="")
        if not asked.is_dry_run:
            shutil.rmtree(folder, ignore_errors=True)


def take_up(*, at: datetime) -> None:
    """Bring what waits though nobody was woken for it, and end what nobody will end any more."""
    _end_stuck(at)
    for number in Import.objects.waiting().filter(started_at__lt=at - timedelta(seconds=5)).values_list("pk", flat=True):
        bring(number, at=at)
    _forget(at)


def _end_stuck(at: datetime) -> None:
    for number in Import.objects.stuck_since(at - timedelta(minutes=2 * TIME_LIMIT_MINUTES)).values_list("pk", flat=True):
        _mark(number, state=ImportState.BROKEN, sentence=BROKEN, finished_at=at)


def _mark(number: int, **values: Any) -> None:
    asked = Import.objects.get(pk=number)
    for name, value in values.items():
        setattr(asked, name, value)
    asked.revision += 1
    asked.save(update_fields=[*values, "revision", "updated_at"])


def _queue(**values: Any) -> Import:
    made: Import = Import.objects.create(state=ImportState.WAITING, **values)
    transaction.on_commit(lambda: _wake(made.pk))
    return made


def _wake(number: int) -> None:
    try:
        current_app.send_task(TASK, args=[number], queue=QUEUE)
    except OperationalError:
        # The row is the truth; beat takes it up within half a minute.
        log.warning("broker out of reach, the import waits", number=number)


# --- files


def _folder(person: int, digest: str) -> Path:
    return Path(settings.VAR_DIR) / "imports" / str(person) / digest


def _keep(person: int, files: "Sequence[tuple[str, UploadedFile[Any]]]") -> str:
    """Write the files under the digest of their names and contents, for this person alone; the digest."""
    digest = hashlib.sha256()
    for name, file in files:
        digest.update(name.encode() + b"\0")
        for chunk in file.chunks():
            digest.update(chunk)
    folder = _folder(person, digest.hexdigest())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for place, (_, file) in enumerate(files):
        with (folder / str(place)).open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
    return digest.hexdigest()


def _kept(folder: Path, names: Sequence[str]) -> list[Source]:
    paths = [folder / str(place) for place in range(len(names))]
    if not all(path.is_file() for path in paths):
        raise BadInput(GONE)
    return [Source.at(path).called(name) for path, name in zip(paths, names, strict=True)]


def _forget(at: datetime) -> None:
    """Delete files that no yes is awaited for any more."""
    oldest = (at - KEPT_FOR).timestamp()
    for folder in (Path(settings.VAR_DIR) / "imports").glob("*/*"):
        if folder.stat().st_mtime < oldest and not Import.objects.filter(kept=folder.name, kept_until__gt=at).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _shown(name: str) -> str:
    """A file's name as it can stand in a page, a header or a log."""
    printable = "".join(letter if letter.isprintable() else "�" for letter in name)
    return printable[:LONGEST_NAME] or "file"
