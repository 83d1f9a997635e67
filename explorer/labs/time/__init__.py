"""Over time.

What comes before can tell of what comes after, and so information between sequences has a direction, which mutual
information lacks. These labs ask what one series tells of another's next value, what a channel carries when its sender
hears what came out, and how much the first half of a long sequence knows of the second.
"""
