"""What to ask next.

Before an experiment is made, information theory can say how much it will tell: the expected information gain, which is
the mutual information of its outcome with what one wants to know. It is an expectation of a logarithm of an
expectation, and hard to estimate without bias. For choosing labels there are stand-ins that ask less: how unsure the
model is, how much its members disagree, how little it takes to change its mind.
"""
