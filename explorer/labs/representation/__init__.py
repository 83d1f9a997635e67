"""What a representation holds, and where.

A layer of a network turns an input into a list of numbers. Does it keep the classes apart, and in how much room? Does
it follow the input or the label, layer by layer? Do a few units tell the label, or only many together? Which inputs
does an answer hang on? Are two layers the same but for a turn? And what is learned when nothing is asked but that
neighbours stay neighbours? Each lab has data of which the answer is known, or digits and a small network that learned
them; where a paper studied large models, the lab shows its quantity, not its experiment.
"""
