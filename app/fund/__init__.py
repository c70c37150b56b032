"""The ledger of the fund: what was approved and paid, without names."""
