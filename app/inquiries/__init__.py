"""The inquiries room: what other countries ask about a person of this country, and the answers; no case is opened."""
