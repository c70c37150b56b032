"""Meetings about cases: when and with whom, their agenda from what is flagged or late, and what was discussed."""
