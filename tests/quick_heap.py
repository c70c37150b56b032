"""What a process has built and keeps is spared the garbage collector.

A program, its tables and its forms are hundreds of thousands of objects that stay: to look at them anew took a quarter
of the processor's time of the three installations (0.82 s a seed, 0.59 s with this).
"""

from __future__ import annotations

import gc


def quick_heap() -> None:
    """Set aside what there is now, and collect more rarely from here on; also for processes forked from this one."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
