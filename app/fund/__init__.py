"""The fund: claims as its own office sees them, and the ledger of what was approved and paid, without names."""
