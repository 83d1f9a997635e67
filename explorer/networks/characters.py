"""A small causal transformer that predicts the next character of a text."""

import torch
from torch import nn


class Block(nn.Module):
    """Attention to what came before, then two fully connected layers; both add to the stream that passes through.

    Args:
        width: of the stream.
        heads: of the attention.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_dense = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mixed, self.attended = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.dense = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """The stream after the block, (n, T, width)."""
        parts = self.mixed(self.before_attention(h)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = parts
        taken = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        h = h + self.attended(taken.transpose(1, 2).flatten(2))
        return h + self.dense(self.before_dense(h))


class Characters(nn.Module):
    """A causal transformer over characters; the output weights are the embedding's.

    Args:
        alphabet: number of different characters.
        context: most characters that it sees at once.
        width: of the stream.
        blocks: how many.
        heads: of every attention.

    References: vaswani2017.
    """

    def __init__(self, alphabet: int, context: int = 64, width: int = 64, blocks: int = 3, heads: int = 4):
        super().__init__()
        self.embedding, self.place = nn.Embedding(alphabet, width), nn.Embedding(context, width)
        self.embedded = nn.Identity()
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        nn.init.normal_(self.place.weight, std=width**-0.5)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """Logits of the next character at every place, (n, T, alphabet), of characters (n, T).

        A causal network sees no later place, so that the mask of places filled up at the end changes nothing.
        """
        h = self.embedded(self.embedding(input_ids) + self.place.weight[: input_ids.shape[1]])
        for block in self.blocks:
            h = block(h)
        return self.norm(h) @ self.embedding.weight.T
