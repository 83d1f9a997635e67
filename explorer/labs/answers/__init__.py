"""Answers that are not sure.

A model that answers can be unsure in several ways: its answers differ in meaning, it knows too little of this input,
the input itself lies between two classes, or it is sure and wrong. Entropy and mutual information tell these apart,
most of them without knowing the right answer, and say what to ask next. Each lab also shows where they are blind.
"""
