"""What tests of the referral desk's pages share."""

from __future__ import annotations

from tests.factories.pages import browser_at
from tests.factories.referrals import row_of
from tests.factories.towns import Town

__all__ = ["desk_of", "reference"]

desk_of = browser_at


def reference(town: Town, referral_id: str) -> str:
    """The reference of a copy, which stands in the addresses of its pages."""
    return str(row_of(town.house, referral_id).reference)
