"""The benchmark of the exchange runs, and measures what one message needs: no more cryptography than was agreed."""

from __future__ import annotations

from benchmarks import exchange


def test_it_runs_and_counts_the_operations_of_a_message() -> None:
    figures = exchange.measure(3)
    # The message, its letter and its receipt are each signed and verified once.
    assert figures["operations"] == {"hpke_seal": 1, "hpke_open": 1, "ed25519_sign": 3, "ed25519_verify": 3}
    assert figures["messages"] == 3 and figures["sent"]["per_second"] > 0
    assert 0 < figures["ratio"] < 1
    assert {"delivery.py:deliver", "receiving.py:letter", "mirror.py:take_in"} <= set(figures["profile"])
    assert len(list(exchange.table(figures))) > 6
