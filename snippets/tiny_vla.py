"""TinyVLA: the smallest model with a vision encoder, a language model and an action head, and a task for it.

On a table of 3 x 3 cells lie a red and a blue square. Told to "grasp the red" or "release the blue", the expert moves
over that square and closes or opens the gripper. All follows from the scene, so there is nothing to download.

Shapes: B scenes in a batch, N = 9 image patches, L = 3 words of an instruction, D = the width of the model.
"""

import contextlib
import copy
import functools
from collections.abc import Callable, Generator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = 3  # cells along each side of the table
PATCH = 4  # pixels along each side of a cell, and of the patch that sees it
CELL = 0.05  # meters from one cell to the next
WORDS = ("the", "grasp", "release", "red", "blue")  # what the model is pretrained on; an id is a position in here
NEW_WORDS = ("crimson", "azure")  # other names of red and blue, which get the next ids when they are learned


class VisionEncoder(nn.Module):
    """Turns a camera image into one vector for each patch."""

    def __init__(self, width: int, dropout: float = 0.1):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, kernel_size=PATCH, stride=PATCH)
        self.bn1 = nn.BatchNorm2d(width)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 3, 12, 12) -> patches (B, N, D)."""
        patches = self.bn1(self.conv1(images)).flatten(2).transpose(1, 2)
        return self.norm(self.dropout(patches))


class Block(nn.Module):
    """A pre-norm Transformer block: attention, then an MLP, each added to what came in."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """(B, N + L, D) -> (B, N + L, D)."""
        normed = self.norm1(x)
        x = x + self.attention(normed, normed, normed, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class LanguageModel(nn.Module):
    """Reads the patches and the words of the instruction as one sequence."""

    def __init__(self, width: int, heads: int, depth: int):
        super().__init__()
        self.token_embedding = nn.Embedding(len(WORDS), width)
        self.position_embedding = nn.Embedding(GRID * GRID + 3, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)

    def forward(self, patches: Tensor, words: Tensor) -> Tensor:
        """Patches (B, N, D) and word ids (B, L) -> (B, N + L, D)."""
        x = torch.cat([patches, self.token_embedding(words)], dim=1) + self.position_embedding.weight
        return self.norm(self.blocks(x))

    def add_words(self, count: int) -> None:
        """Grow the vocabulary. Each new word starts as the mean of the known ones."""
        known = self.token_embedding.weight.detach()
        new = known.mean(dim=0, keepdim=True).expand(count, -1)
        self.token_embedding = nn.Embedding.from_pretrained(torch.cat([known, new]), freeze=False)


class ActionHead(nn.Module):
    """Turns one vector into an action of 7 degrees of freedom, each within its bounds."""

    def __init__(self, width: int):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 7))
        # The bounds: x, y, z in meters; roll, pitch, yaw in radians; the gripper from -1, open, to 1, closed.
        self.scale = nn.Buffer(torch.tensor([0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 1.0]))

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) -> actions (B, 7)."""
        return torch.tanh(self.mlp(x)) * self.scale


class TinyVLA(nn.Module):
    """The three parts joined, each of which can be frozen."""

    def __init__(self, width: int = 32, heads: int = 4, depth: int = 2):
        super().__init__()
        self.vision_encoder = VisionEncoder(width)
        self.language_model = LanguageModel(width, heads, depth)
        self.action_head = ActionHead(width)
        self.frozen: set[str] = set()

    def forward(self, images: Tensor, words: Tensor) -> Tensor:
        """Images (B, 3, 12, 12) and word ids (B, L) -> actions (B, 7), read from the last word."""
        return self.action_head(self.language_model(self.vision_encoder(images), words)[:, -1])

    def freeze(self, *names: str) -> "TinyVLA":
        """Freeze submodules: no gradients, and inference mode whatever `train()` is told. Returns self.
        Raises AttributeError if no submodule has one of the names; then nothing is frozen.
        """
        for part in [self.get_submodule(name) for name in names]:
            part.requires_grad_(False)
        self.frozen.update(names)
        return self.train(self.training)

    def train(self, mode: bool = True) -> "TinyVLA":
        """Set the mode of all submodules but the frozen ones, which stay in inference mode. Returns self."""
        super().train(mode)
        for name in self.frozen:
            self.get_submodule(name).eval()
        return self


class Demonstrations(NamedTuple):
    """Scenes, instructions, and what the expert did."""
    images: Tensor  # (B, 3, 12, 12): the table 0.5, a square 1 in its color and 0 in the others, with noise
    words: Tensor  # (B, L), ids
    actions: Tensor  # (B, 7), in the units of ActionHead


def demonstrations(count: int, colors: tuple[str, str] = ("red", "blue"), seed: int = 0) -> Demonstrations:
    """Random scenes and what the expert does. The instructions call the squares by the names in `colors`."""
    random = torch.Generator().manual_seed(seed)
    cells = torch.rand(count, GRID * GRID, generator=random).argsort(dim=1)[:, :2]  # of the red and the blue square
    color, release = torch.randint(2, (2, count), generator=random)
    scenes, table = torch.arange(count), torch.full((count, 3, GRID * GRID), 0.5)
    table[scenes, :, cells[:, 0]] = torch.tensor([1.0, 0.0, 0.0])
    table[scenes, :, cells[:, 1]] = torch.tensor([0.0, 0.0, 1.0])
    images = table.view(count, 3, GRID, GRID).repeat_interleave(PATCH, dim=2).repeat_interleave(PATCH, dim=3)
    the, grasp, *names = [(WORDS + NEW_WORDS).index(word) for word in ("the", "grasp", *colors)]
    words = torch.stack([grasp + release, torch.full_like(color, the), torch.tensor(names)[color]], dim=1)
    target = cells[scenes, color]
    actions = torch.zeros(count, 7)
    actions[:, 0], actions[:, 1] = (target % GRID - 1) * CELL, (target // GRID - 1) * CELL
    actions[:, 2], actions[:, 6] = -CELL, 1 - 2 * release  # down to the table; close or open
    return Demonstrations(torch.normal(images, 0.05, generator=random), words, actions)


@contextlib.contextmanager
def repeatable() -> Generator[None, None, None]:
    """One seed and one thread; the random numbers and the threads of the caller are left as they were."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=()):
        try:
            torch.manual_seed(0)
            torch.set_num_threads(1)  # in a model this small, more of them wait for each other
            yield
        finally:
            torch.set_num_threads(threads)


@repeatable()
def fit(model: TinyVLA, data: Demonstrations, steps: int, watch: Callable[[int, float], None] | None = None) -> TinyVLA:
    """Train what is not frozen to act as the expert did, with `watch(step, loss)` after each step. Returns the model."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-3)
    scale = model.action_head.scale
    for step in range(1, steps + 1):
        model.train()
        rows = torch.randint(len(data.images), (64,))
        loss = F.mse_loss(model(data.images[rows], data.words[rows]) / scale, data.actions[rows] / scale)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watch:
            watch(step, loss.item())
    return model


@torch.no_grad()
def success(model: TinyVLA, data: Demonstrations) -> float:
    """The share of scenes, 0 to 1, in which the gripper is within half a cell of its square and does as asked."""
    training = model.training
    actions = model.eval()(data.images, data.words)
    model.train(training)
    there = ((actions - data.actions)[:, :2].abs() < CELL / 2).all(dim=1)
    return (there & (actions[:, 6].sign() == data.actions[:, 6])).float().mean().item()


@functools.cache
@repeatable()
def _pretrained() -> TinyVLA:
    return fit(TinyVLA(), demonstrations(2000), steps=150)


def pretrained() -> TinyVLA:
    """A TinyVLA that knows WORDS. The first call trains it, which takes seconds; each gets a copy of its own."""
    return copy.deepcopy(_pretrained())
