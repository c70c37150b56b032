"""What goes on by itself: the worker and its deadlines, and checkpoints on their way off the machine."""

from __future__ import annotations

from collections.abc import Iterator

from app.casework.checkpoints import epoch_of, overdue
from app.doctor import queries
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit.places import file_name, has_left
from app.upkeep.standing import RESTS_AFTER, worker_rests

__all__ = ["checkpoints", "effects", "worker"]


def worker(ground: Ground) -> Iterator[Finding]:
    """Whether somebody carries the outbox out and rings deadlines; lines to partners are looked at apart."""
    now = ground.clock.now()
    with ground.reading() as session:
        outbox = queries.outbox_at_home(session, now, _far(ground))
        unrung = queries.unrung(session, now - RESTS_AFTER)
    said = []
    if worker_rests(outbox, now):
        said.append(f"{outbox.due} effects are due, the oldest since {outbox.due_since:%Y-%m-%d %H:%M} UTC")
    if unrung:
        said.append(f"{unrung} deadlines have passed and nobody was told")
    if said:
        last = f"{outbox.done_at:%Y-%m-%d %H:%M} UTC" if outbox.done_at else "never"
        yield found(
            "worker.rests", f"No worker is at work: {' and '.join(said)}; it last did something: {last}",
            "start `waymark worker`, or `waymark serve`, which has one inside; of one that runs, the log says"
            " `worker_rests`",
        )  # fmt: skip


def effects(ground: Ground) -> Iterator[Finding]:
    """Effects that fail again and again."""
    with ground.reading() as session:
        failing = queries.failing(session, _far(ground))
    if failing:
        said = ", ".join(f"{count} with {word or 'no word'}" for word, count in failing)
        yield found(
            "worker.fails", f"Effects fail again and again: {said}",
            "the log says `effect_postponed` with the same word; what is mended is done by itself within the hour",
        )  # fmt: skip


def checkpoints(ground: Ground) -> Iterator[Finding]:
    """Whether the newest checkpoint is young, has left for every place, and still lies where it was put."""
    with ground.reading() as session:
        row = queries.newest_checkpoint(session)
    now, places = ground.clock.now(), ground.settings.checkpoint_places
    if row is None:
        mend = "start `waymark worker` (or `waymark serve`): it makes the first within seconds"
        yield found("checkpoints.late", "There is no checkpoint yet", mend)
        return
    made = f"Checkpoint {row.number} of {row.made_at:%Y-%m-%d %H:%M} UTC"
    if overdue(row, now, has_places=False):
        mend = "see that a worker runs and can read its key; the log says `seal` if it cannot sign"
        yield found("checkpoints.late", f"{made} is the newest", mend)
    elif overdue(row, now, has_places=bool(places)):
        waiting = [place.name for place in places if not has_left(row.left_for, place.name)]
        yield found(
            "checkpoints.stay", f"{made} has not reached {', '.join(waiting) or 'every place'}",
            "see that the place is there and takes files; the log says `checkpoint_stays` and why", ", ".join(waiting),
        )  # fmt: skip
    folder = ground.settings.checkpoint_target
    if folder is not None and folder.is_dir() and has_left(row.left_for, f"folder {folder}"):
        name = file_name(row.number, epoch_of(row.body))
        if not (folder / name).is_file():
            yield found(
                "checkpoints.gone", f"{made} was put into {folder} and is not there",
                "find out who took it; `waymark audit verify` says what else is missing", name,
            )  # fmt: skip


def _far(ground: Ground) -> list[str]:
    """The partners, as far as their files are named: the worker gives each a lane of its own."""
    return [country for country, _ in ground.partners.each()]
