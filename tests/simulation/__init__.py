"""A town that pays for days on a virtual clock, through partners that lose, double, delay and lie.

Everything follows from one seed: who pays what to whom, which calls are lost, when processes die,
and every id. The bank is the real one, on PostgreSQL; only the firms outside are twins in process.
"""
