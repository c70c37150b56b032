"""What two countries discuss: the reasons, their order, the joint list, what consent lets be told, and the next day."""

from __future__ import annotations

from datetime import UTC, date

from workflows.corridor_agenda import Duty, Item, Reason, merged, next_day, reasons

DAY = date(2026, 12, 14)
LATE = Duty("answer_referral", date(2026, 11, 2), climbed=False)
STUCK = Duty("await_answer", date(2026, 11, 20), climbed=True)


def why(**changes: object) -> list[str]:
    said = {"since": None, "put_down": False, "decisions": (), "told": True, "duties": (), "state": "sent", **changes}
    duties, state = said.pop("duties"), said.pop("state")
    return [each.code for each in reasons("TH", state, DAY, duties, **said)]  # type: ignore[arg-type]


def test_what_hangs_is_discussed_and_what_does_not_is_not() -> None:
    assert why() == []
    assert why(duties=[LATE]) == ["late"]
    assert why(duties=[LATE, STUCK]) == ["stuck"]
    assert why(state="declined") == ["declined"]
    assert why(state="no_safe_return", put_down=True) == ["no_safe_return", "put_down"]
    assert why(decisions=["M/1", "M/2"], duties=[LATE]) == ["open_decision", "open_decision", "late"]


def test_an_end_before_the_last_meeting_was_discussed_there() -> None:
    assert why(state="declined", since=DAY) == ["declined"]
    assert why(state="declined", since=date(2026, 12, 15)) == []


def test_without_consent_the_reason_stands_alone() -> None:
    [told] = reasons("TH", "sent", DAY, [STUCK], since=None, put_down=False, decisions=(), told=True)
    [bare] = reasons("TH", "sent", DAY, [STUCK], since=None, put_down=False, decisions=(), told=False)
    assert (told.task, told.since) == ("await_answer", date(2026, 11, 20))
    assert bare == Reason("stuck", "TH")


def item(referral: str, *codes: str, by: str = "TH", bounded: bool = False, task: str = "trace") -> Item:
    said = tuple(Reason(code, by, task, DAY) for code in codes)
    return Item(referral, f"TH-MM-2026-{referral}", said, bounded)


def test_one_entry_for_each_referral_and_the_most_pressing_first() -> None:
    ours = [item("c", "declined"), item("a", "late"), item("b", "stuck")]
    theirs = [item("a", "open_decision", by="MM"), item("d", "invented_there", by="MM")]
    joint = merged(ours, theirs)
    assert [each.referral for each in joint] == ["a", "b", "c", "d"]
    assert [(each.code, each.by) for each in joint[0].reasons] == [("open_decision", "MM"), ("late", "TH")]
    # A reason that only the other country knows is kept and shown, last.
    assert joint[3].reasons[0].code == "invented_there"
    assert merged(ours, theirs) == merged(theirs, ours)


def test_where_one_side_may_tell_less_less_is_told() -> None:
    [entry] = merged([item("a", "late")], [item("a", "stuck", by="MM", bounded=True)])
    assert entry.bounded and all(each.task == "" and each.since is None for each in entry.reasons)


def test_the_next_day_follows_from_the_last_one() -> None:
    assert next_day(date(2026, 6, 30), 8, UTC, 45) == (date(2027, 1, 14), date(2027, 2, 28))
