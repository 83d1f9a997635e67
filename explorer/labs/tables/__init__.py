"""Small tables, exactly.

Two coins, a noisy channel, a gate: whatever information theory says can be seen in a table that fits on a page, with
no estimate and no doubt. What is true here must also hold in a network, where it can no longer be counted.
"""
