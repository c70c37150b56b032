"""Both ends of a referral in one list, what it waits for, and the file that proves it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.referrals import desk as referral_desk
from app.referrals import evidence, service, wait_words
from app.referrals.pages_frame import Reader, Reference, show

router = APIRouter()


@router.get("/referrals/{reference}/both-ends")
def both_ends(page: Reader, reference: Reference) -> Response:
    """What was sent, stored, seen and decided at both ends, and whether each signature holds."""
    with page.write() as desk:
        found = service.both_ends(desk, referral_desk.found(desk, reference))
    policies = page.house.policies

    def office(code: str) -> str:
        known = referral_desk.office_of(policies, code)
        return known.name if known is not None else code

    return show(page, "referrals/both_ends.html", it=found, what=wait_words.what_word, result=wait_words.result_word,
                office=office)  # fmt: skip


@router.get("/referrals/{reference}/proof.jsonl")
def proof(page: Reader, reference: Reference) -> Response:
    """The signed texts and the keys as a file, to be checked anywhere."""
    with page.write() as desk:
        name, content = service.proof_of(desk, referral_desk.found(desk, reference))
    return page.attachment(content, evidence.MEDIA_TYPE, {"Content-Disposition": f'attachment; filename="{name}"'})
