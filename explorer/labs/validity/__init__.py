"""What a number is worth.

A number read on held-out data is honest once. Read again and again, with each question chosen after the last answer,
it comes to say what one hopes. These labs measure that, and what can be known beforehand: how information between a
learner and its samples bounds the gap between training and test, why a model of many parameters need not overfit, and
how few samples make Fisher information promise too much.
"""
