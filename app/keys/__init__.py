"""The keys room: asking that a key of the installation be exchanged; the exchange happens where the files are."""
