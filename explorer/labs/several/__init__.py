"""More than two variables.

Pairs do not tell all. Three bits of which every two are independent can hold a whole bit together, and many copies
of one bit look like much information and are one bit. Redundancy and synergy are two amounts; one number can tell
which prevails, and a partial information decomposition (PID) how much there is of each, at the price of a choice that
has to be named.
"""
