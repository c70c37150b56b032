"""Papers an office hands out or keeps: composed as data in the language of their reader, set by typst as PDF."""
