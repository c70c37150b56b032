"""One file per revision, NNN_words.py."""
