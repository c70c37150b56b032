"""Files that belong to a case: taken in cleaned, kept sealed, given out as attachments, never deleted."""
