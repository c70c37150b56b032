"""How to break each guard of what another country is asked about a person."""

from __future__ import annotations

from tests.workflows.breaking import Break, also, case_with, consent_breaks, copy_with, group_breaks, matter_with
from tests.workflows.situations import LATELY, TRACED_ON, with_case
from workflows.facts import MatterFacts, Situation, TracingFacts


def _the_same(situation: Situation) -> Situation:
    """The same question is open already."""
    case, matter = situation.case, situation.matter
    assert case is not None and matter is not None
    other = MatterFacts("matter-2", "inquiry", "asked", LATELY, LATELY, about=matter.about, flags=frozenset({"to.MM"}))
    return with_case(situation, matters=(*case.matters, other))


def _the_same_letter(situation: Situation) -> Situation:
    """An embassy of that country is asked already, about something else."""
    case = situation.case
    assert case is not None
    other = MatterFacts("matter-2", "embassy", "sent", LATELY, LATELY, about="receive", flags=frozenset({"to.KE"}))
    return with_case(situation, matters=(*case.matters, other))


# Where nobody is agreed to be asked, nobody can have agreed to it either.
_NOWHERE = "the person has agreed to another country"
INQUIRIES: dict[str, list[Break]] = {
    "competent_office_is_known": [
        matter_with(flags=frozenset(flags), also=also(_NOWHERE, "consent_for_asking", "consent_for_tracing"))
        for flags in ((), ("to.TH",), ("to.JP",))
    ],
    "asked_country_is_not_blocked": [case_with(blocked_countries=frozenset({"KE", "KH", "MM"}))],
    "consent_for_asking": [*consent_breaks("notify_origin"), *group_breaks("notify_origin", "identity")],
    "consent_for_tracing": consent_breaks("contact_family"),
    "family_is_free_of_suspicion": [case_with(family_complicity=True)],
    "inquiry_is_not_double": [Break(_the_same)],
    "another_country_was_asked": [matter_with(flags=frozenset())],
    "time_to_answer_is_over": [matter_with(opened_on=LATELY)],
    "nothing_was_asked_to_be_forgotten": [matter_with(flags=frozenset({"to.MM", "forget.danger"}))],
    "no_office_is_agreed": [
        matter_with(flags=frozenset({"to.MM"})),
        *(matter_with(flags=frozenset(flags), also=also(_NOWHERE, "consent_for_asking")) for flags in ((), ("to.TH",))),
    ],
    "embassy_is_not_asked_twice": [Break(_the_same_letter)],
    "embassy_time_is_over": [matter_with(changed_on=LATELY)],
    "embassy_holds_a_letter": [
        matter_with(flags=frozenset({"to.KE", "forget.danger"})),
        matter_with(flags=frozenset({"to.KE", "way.post", "forget.danger", "told.post"})),
    ],
    "letter_has_not_left": [matter_with(flags=frozenset({"to.KE", "way.post"}))],
    "question_is_taken_back": [matter_with(flags=frozenset({"to.KE", "way.post"}))],
    "nationality_is_still_open": [
        copy_with(tracing=TracingFacts(TRACED_ON, "confirmed", True, True, True, False)),
    ],
}
