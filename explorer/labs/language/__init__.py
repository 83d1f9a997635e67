"""Words that go together.

Pointwise mutual information says how much more often two words stand near each other than by chance: ln p(a, b) /
(p(a) p(b)). It needs nothing but counts, and so it is everywhere in work on language: in trees over a sentence, in
word vectors, in what to hide when a model is trained, in choosing a reply that answers the message. These labs count a
small text, the documents of this program, or short talk written for it, and show both what the counts know and what
they make up.
"""
