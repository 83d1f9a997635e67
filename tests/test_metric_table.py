"""The table of disentanglement by itself."""

import numpy as np

from explorer.results.metric_table import MetricTable


def table(information: np.ndarray) -> MetricTable:
    latents, factors = (tuple(map(str, range(count))) for count in information.shape)
    nothing = np.full(information.shape, np.nan)
    entropies = np.ones(len(factors))
    return MetricTable(latents, factors, information, nothing, nothing, nothing, nothing, entropies)


def test_silent_latents_come_after_telling_ones_and_dead_ones_last():
    told = [[0, 0], [0.01, 0.02], [0, 0.9], [0.02, 0], [0.7, 0], [1e-15, 0], [0.8, 0.1]]
    assert table(np.array(told)).order.tolist() == [6, 4, 2, 3, 1, 5, 0]
