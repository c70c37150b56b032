"""The people room: who somebody is, uncovered only with a reason, corrected without a trace of the content."""
