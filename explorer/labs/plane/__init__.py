"""The information plane.

What a layer T tells of its input X, across, and of the label Y, up. First where no point can lie, whatever the
network; then the trail of a bundled network through its training; then the same layers by eight rulers, some of which
see compression where others see none; then noise, which makes the number mean something; and last the labels
permuted, which every plane should be read against. The networks are the bundled 12-bit ones, and most of what is
drawn is read from finished results in the package.
"""
