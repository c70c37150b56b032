"""The pages of papers: which there are for a case, each as PDF in a language, and the rights notice to be read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import case_by_reference
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.cases import filing
from app.cases.filing_schemas import RecordIn
from app.casework import fieldgroups
from app.casework.conferring import READ as MEETINGS
from app.casework.inputs import SILENCES
from app.casework.remarks import StepRefused
from app.kit import names
from app.kit.catalogue import SOURCE
from app.kit.errors import Invalid, NotFound
from app.kit.fields import at_field
from app.kit.reader import LANGUAGES, Reader, reading
from app.kit.words import mark
from app.meetings import corridor_service as corridor_meetings
from app.overview.papers import case_papers, corridor_pack, press, receipts, rights
from app.overview.papers.wanted import wanted
from app.people import own_copy as own_copies
from app.referrals import desk as referral_desk
from app.referrals import handing, words
from app.referrals import paper as referral_paper
from app.referrals import service as referrals
from policies.model import FieldGroup

router = APIRouter()

Looker = Annotated[Page, Depends(opens("record:read"))]
Revealer = Annotated[Page, Depends(opens("identity:reveal"))]
MeetingReader = Annotated[Page, Depends(opens(MEETINGS))]
ReferralReader = Annotated[Page, Depends(opens("referral:read"))]
Writer = Annotated[Page, Depends(opens("record:write"))]
Myself = Annotated[Page, Depends(opens("account:self"))]
Reference = Annotated[str, Path(max_length=40)]
Lang = Annotated[str, Query(max_length=8)]
Done = Annotated[str, Query(max_length=20)]
Spoken = Annotated[str, Path(max_length=8)]
Explained = Literal["yes"]

_NOT_BOTH: Final = mark("Give an answer, or say why there is none, not both.")

UNKNOWN: Final = "unknown"
OWN_COPY: Final = "copy"
_PAPERS, _NOTICE, _READ_OUT = "overview/papers.html", "overview/rights.html", "overview/rights_read.html"
# Paper -> its name and what it is for.
TOLD: Final = {
    "rights": (mark("Notice of rights"), mark("To be read out, signed and kept by the person.")),
    "consent": (mark("Consents"), mark("What is agreed to now, to be signed.")),
    "plan": (mark("Plan for the person"), mark("Services and appointments only. Safe to carry.")),
    "meeting": (mark("Agenda of a case management meeting"), mark("Where it stands, what waits and blocks. No name.")),
    "decision": (mark("Notice of the decision"), mark("What was decided about the person, and how to ask again.")),
    "admission": (mark("Coming to a safe place"), mark("To be signed when the person comes to a shelter.")),
    "claim": (mark("Claims to the fund"), mark("What was asked, by which rule, and what was decided.")),
    "service": (mark("Request for a service"), mark("For the provider: what is asked. No name, no case.")),
    "closure": (mark("The end of the case"), mark("Why it ends, what goes on, and whom to call.")),
    "handover": (mark("Handover form"), mark("For both sides to tick and sign at the border.")),
    "embassy": (mark("Letter to an embassy"), mark("Who the person is and what is asked. Uncover the name first.")),
    "copy": (mark("The person's own copy"), mark("What is written about them alone. Uncover the name first.")),
}


@router.get("/cases/{reference}/papers")
def papers(page: Looker, reference: Reference, lang: Lang = "") -> Response:
    """Which papers can be printed for this case, and in which language.

    Where nothing is written in the person's language, the page says so, and nothing is printed before somebody chose.
    """
    return _listed(page, reference, lang)


def _listed(page: Page, reference: str, lang: str, status: int = 200, refusals: Sequence[Any] = ()) -> Response:
    """The list of papers; ``refusals``: why one of them is not printed now."""
    with page.write() as desk:
        row = case_by_reference(desk, "record:read", reference)
        about = wanted(desk, row, SOURCE)
        spoken = about.facts.language
        chosen = lang if lang in LANGUAGES else _spoken_by(spoken)
        looked(desk, "papers_listed", "case", row.id)
        context = {"reference": row.reference, "language": chosen, "papers": TOLD, "spoken": _without_words(spoken)}
    return page.show(_PAPERS, status, here="cases", refusals=refusals, **context)


@router.get("/cases/{reference}/papers/copy")
def own_copy(page: Revealer, reference: Reference, lang: Lang = "") -> Response:
    """The person's own copy, as long as their name is uncovered in this sign-in."""
    return _printed(page, reference, "copy", lang)


@router.get("/cases/{reference}/papers/embassy")
def embassy_letter(page: Revealer, reference: Reference, lang: Lang = "") -> Response:
    """The letter to an embassy, as long as it may leave and the person's name is uncovered in this sign-in."""
    try:
        return _printed(page, reference, "embassy", lang)
    except StepRefused as error:
        return _listed(page, reference, lang, error.status, error.extra["refusals"])


@router.get("/cases/{reference}/papers/copy.json")
def own_copy_as_json(page: Revealer, reference: Reference, lang: Lang = "") -> Response:
    """The same copy to be read by a program, as long as their name is uncovered in this sign-in."""
    with page.write() as desk:
        row = case_by_reference(desk, "identity:reveal", reference)
        about = wanted(desk, row, lang)
        language = lang if lang in LANGUAGES else _spoken_by(about.facts.language)
        if not language:
            return page.to(f"/cases/{row.reference}/papers")
        reader = page.reader
        with reading(Reader(language, "", reader.zone, reader.now)):
            copy = own_copies.taken(desk, row.id, language, "json")
    return page.file(copy.model_dump_json(by_alias=True, indent=1).encode(), "application/json", "own-copy.json")


@router.get("/cases/{reference}/papers/{paper}")
def paper(page: Looker, reference: Reference, paper: Annotated[str, Path(max_length=20)], lang: Lang = "") -> Response:
    """One paper as PDF, in the language that was chosen; that it was printed is noted."""
    return _printed(page, reference, paper, lang)


@router.get("/referrals/{reference}/receipt.pdf")
def receipt(page: ReferralReader, reference: Annotated[str, Path(max_length=64)]) -> Response:
    """The receipt of a handover as a file, in the languages of both countries. NotFound before one side has signed."""
    with page.write() as desk:
        referral_id = referral_desk.found(desk, reference)
        meeting = handing.meeting(desk, referral_id)
        if meeting.given_at is None:
            raise NotFound()
        row = referrals.opened(desk, referral_id)
        looked(desk, "receipt_printed", "referral", referral_id)
        said = referral_paper.receipt(desk, row, meeting, page.reader, referral_desk.names_of(desk, row))
        with reading(words.reader_of(desk.policies, row.from_country, page.reader)):
            content = press.printed(receipts.of(said, referral_paper.qr(said.number)))
    return page.file(content, "application/pdf", "receipt.pdf")


@router.get("/corridor-meetings/{corridor_meeting_id}/pack")
def meeting_pack(page: MeetingReader, corridor_meeting_id: str, lang: Lang = "") -> Response:
    """The papers of a meeting with another country as a file, by number alone. NotFound before the agenda is closed."""
    with page.write() as desk:
        found = corridor_meetings.read(desk, corridor_meeting_id)
        if found.agenda is None:
            raise NotFound()
        looked(desk, "corridor_meeting_printed", "corridor_meeting", found.id)
        reader = page.reader
        language = lang if lang in LANGUAGES else reader.language
        with reading(Reader(language, "", reader.zone, reader.now)):
            content = press.printed(corridor_pack.pack(desk, found))
    return page.file(content, "application/pdf", "meeting.pdf")


@router.get("/rights/{language}")
def notice(page: Myself, language: Spoken) -> Response:
    """The rights notice in one language, large enough to be read out from a screen."""
    page.verify()
    _must_be_ours(language)
    return page.show(_NOTICE, notice=rights.spoken(page.house.policies, language))


class ReadOut(PageForm):
    """That the notice was read out: how the person took it, who was there, and what they answered."""

    understood: Literal["yes", "no", "not_asked", "no_wish_to_answer", "not_known"]
    answer: Literal["accepted", "declined", "thinking", "not_asked", "no_wish_to_answer", "not_known"]
    interpreter: str = ""
    witness: str = ""
    confidentiality_limits_explained: Explained | None = None
    asylum_information_given: Explained | None = None
    consular_access_explained: Explained | None = None
    safe_contact: str = ""
    safe_contact_why: Literal["", "not_asked", "no_wish_to_answer", "not_known"] = ""

    def record(self, language: str) -> dict[str, Any]:
        """The rights notice as a record; Invalid (422) for a safe contact with a reason why there is none."""
        if self.safe_contact.strip() and self.safe_contact_why:
            raise Invalid(extra=at_field("safe_contact", _NOT_BOTH))
        asked = {"understood": self.understood, "answer": self.answer, "safe_contact": self.safe_contact_why}
        silent = {name: why for name, why in asked.items() if why in SILENCES}
        free = {"interpreter": self.interpreter, "witness": self.witness, "safe_contact": self.safe_contact}
        return {
            "language": language,
            **({"understood": self.understood == "yes"} if "understood" not in silent else {}),
            **({"answer": self.answer} if "answer" not in silent else {}),
            **({"silent": silent} if silent else {}),
            "confidentiality_limits_explained": self.confidentiality_limits_explained is not None,
            "asylum_information_given": self.asylum_information_given is not None,
            "consular_access_explained": self.consular_access_explained is not None,
            **{name: text.strip() for name, text in free.items() if text.strip()},
        }


@router.get("/cases/{reference}/rights/{language}")
def read_out(page: Writer, reference: Reference, language: Spoken, done: Done = "") -> Response:
    """The notice to be read out to the person of this case, and the form that records how it went."""
    return page.show(_READ_OUT, here="cases", done=done, **_reading(page, reference, language))


@router.post("/cases/{reference}/rights/{language}")
def record_read_out(page: Writer, reference: Reference, language: Spoken) -> Response:
    """Record that the notice was read out, in this language."""
    page.again(_READ_OUT, here="cases", done="", **_reading(page, reference, language))
    form = page.form(ReadOut)

    def act(desk: Desk) -> str | None:
        row = case_by_reference(desk, "record:write", reference)
        filing.filed(desk, row.id, "rights_notice", RecordIn(record=form.record(language)), page.version)
        return None

    return page.act(act, then=f"/cases/{reference}/rights/{language}?done=read")


def _reading(page: Page, reference: str, language: str) -> dict[str, Any]:
    _must_be_ours(language)
    with page.write() as desk:
        row = case_by_reference(desk, "record:write", reference)
        fieldgroups.must_see(desk, FieldGroup.FACTS)
        looked(desk, "rights_notice_opened", "case", row.id, {"language": language})
        return {
            "reference": row.reference,
            "version": row.version,
            "notice": rights.spoken(desk.policies, language),
            "silences": SILENCES,
        }


def _printed(page: Page, reference: str, name: str, lang: str) -> Response:
    kind = case_papers.KINDS.get(name)
    if kind is None:
        raise NotFound()
    with page.write() as desk:
        row = case_by_reference(desk, kind.permission, reference)
        fieldgroups.must_see(desk, kind.group)
        about = wanted(desk, row, lang)
        language = lang if lang in LANGUAGES else _spoken_by(about.facts.language)
        if not language:
            return page.to(f"/cases/{row.reference}/papers")
        reader = page.reader
        with reading(Reader(language, "", reader.zone, reader.now)):
            made = kind.make(replace(about, language=language))
            if name != OWN_COPY:
                # The own copy notes itself, with its place in the history.
                looked(desk, "printed", "case", row.id, {"paper": name, "language": language})
            content = press.printed(made)
    return page.file(content, "application/pdf", "paper.pdf")


def _spoken_by(language: str) -> str:
    """The interface language of somebody who speaks ``language``; "" for one we have no words in."""
    return next((ours for ours in LANGUAGES if ours.partition("_")[0] == language.partition("-")[0]), "")


def _without_words(language: str) -> str:
    """What a language is called that we have no words in; "" for one that we have, a stroke where none is known."""
    if _spoken_by(language):
        return ""
    return "-" if language in ("", UNKNOWN) else names.language(language)


def _must_be_ours(language: str) -> None:
    if language not in LANGUAGES:
        raise NotFound()
