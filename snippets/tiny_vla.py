"""TinyVLA: vision encoder, language model, action head.

On a table of 3 x 3 cells lie a red and a blue square.
Told to "grasp the red" or "release the blue", the expert
moves over that square and closes or opens the gripper.
All follows from the scene; nothing is downloaded.

Shapes: B scenes in a batch, N = 9 image patches,
L = 3 words of an instruction, D = the model's width.
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
PATCH = 4  # pixels along each side of a cell
CELL = 0.05  # meters from one cell to the next
# An id is a position here; those of NEW_WORDS follow.
WORDS = ("the", "grasp", "release", "red", "blue")
NEW_WORDS = ("crimson", "azure")


class VisionEncoder(nn.Module):
    """Turns an image into one vector for each patch."""

    def __init__(self, width: int, dropout: float = 0.1):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, PATCH, PATCH)
        self.bn1 = nn.BatchNorm2d(width)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 3, 12, 12) -> patches (B, N, D)."""
        x = self.bn1(self.conv1(images))
        patches = x.flatten(2).transpose(1, 2)
        return self.norm(self.dropout(patches))


class Block(nn.Module):
    """A pre-norm Transformer block: attention, an MLP."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(
            width, heads, batch_first=True
        )
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, N + L, D) -> (B, N + L, D)."""
        y = self.norm1(x)
        y, _ = self.attention(y, y, y, need_weights=False)
        x = x + y
        return x + self.mlp(self.norm2(x))


class LanguageModel(nn.Module):
    """Reads patches and words as one sequence."""

    def __init__(self, width: int, heads: int, depth: int):
        super().__init__()
        words, rows = len(WORDS), GRID * GRID + 3
        self.token_embedding = nn.Embedding(words, width)
        self.position_embedding = nn.Embedding(rows, width)
        blocks = [Block(width, heads) for _ in range(depth)]
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(width)

    def forward(self, seen: Tensor, ids: Tensor) -> Tensor:
        """(B, N, D), word ids (B, L) -> (B, N + L, D)."""
        words = self.token_embedding(ids)
        x = torch.cat([seen, words], dim=1)
        x = x + self.position_embedding.weight
        return self.norm(self.blocks(x))

    def add_words(self, count: int) -> None:
        """Add words that start as the mean of the known."""
        known = self.token_embedding.weight.detach()
        mean = known.mean(dim=0, keepdim=True)
        table = torch.cat([known, mean.expand(count, -1)])
        self.token_embedding = nn.Embedding.from_pretrained(
            table, freeze=False
        )


class ActionHead(nn.Module):
    """Turns a vector into an action, 7 bounded numbers."""

    def __init__(self, width: int):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(width, width),
            nn.GELU(),
            nn.Linear(width, 7),
        )
        # x, y, z in meters; roll, pitch, yaw in radians;
        # the gripper from -1, open, to 1, closed.
        bounds = [0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 1.0]
        self.scale = nn.Buffer(torch.tensor(bounds))

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) -> actions (B, 7)."""
        return torch.tanh(self.mlp(x)) * self.scale


class TinyVLA(nn.Module):
    """The three parts, each of which can be frozen."""

    def __init__(
        self, width: int = 32,
        heads: int = 4, depth: int = 2,
    ):
        super().__init__()
        self.vision_encoder = VisionEncoder(width)
        language_model = LanguageModel(width, heads, depth)
        self.language_model = language_model
        self.action_head = ActionHead(width)
        self.frozen: set[str] = set()

    def forward(self, image: Tensor, ids: Tensor) -> Tensor:
        """(B, 3, 12, 12), (B, L) -> actions (B, 7)."""
        patches = self.vision_encoder(image)
        hidden = self.language_model(patches, ids)
        return self.action_head(hidden[:, -1])  # last word

    def freeze(self, *names: str) -> "TinyVLA":
        """Freeze submodules: no gradients, inference mode
        whatever `train()` is told. Returns self. An unknown
        name raises AttributeError, and freezes nothing.
        """
        for part in [self.get_submodule(n) for n in names]:
            part.requires_grad_(False)
        self.frozen.update(names)
        return self.train(self.training)

    def train(self, mode: bool = True) -> "TinyVLA":
        """Set the mode of all but the frozen submodules."""
        super().train(mode)
        for name in self.frozen:
            self.get_submodule(name).eval()
        return self


class Demonstrations(NamedTuple):
    """Scenes, instructions, and what the expert did."""
    images: Tensor  # (B, 3, 12, 12)
    words: Tensor  # (B, L), ids
    actions: Tensor  # (B, 7), units as in ActionHead


def demonstrations(
    count: int, colors: tuple[str, str] = ("red", "blue"),
    seed: int = 0,
) -> Demonstrations:
    """Random scenes; `colors` are the squares' names."""
    random = torch.Generator().manual_seed(seed)
    n = GRID * GRID
    order = torch.rand(count, n, generator=random)
    cells = order.argsort(dim=1)[:, :2]  # red's, blue's
    bits = torch.randint(2, (2, count), generator=random)
    color, release = bits
    scenes = torch.arange(count)
    red, blue = torch.eye(3)[[0, 2]]
    table = torch.full((count, 3, n), 0.5)
    table[scenes, :, cells[:, 0]] = red
    table[scenes, :, cells[:, 1]] = blue
    images = table.view(count, 3, GRID, GRID)
    images = images.repeat_interleave(PATCH, dim=2)
    images = images.repeat_interleave(PATCH, dim=3)
    ids = [(WORDS + NEW_WORDS).index(c) for c in colors]
    verb = WORDS.index("grasp") + release
    the = torch.full_like(color, WORDS.index("the"))
    noun = torch.tensor(ids)[color]
    words = torch.stack([verb, the, noun], dim=1)
    target = cells[scenes, color]
    actions = torch.zeros(count, 7)
    actions[:, 0] = (target % GRID - 1) * CELL
    actions[:, 1] = (target // GRID - 1) * CELL
    actions[:, 2] = -CELL  # down to the table
    actions[:, 6] = 1 - 2 * release  # close or open
    images = torch.normal(images, 0.05, generator=random)
    return Demonstrations(images, words, actions)


@contextlib.contextmanager
def repeatable() -> Generator[None, None, None]:
    """One seed, one thread; then all as it was before."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=()):
        try:
            torch.manual_seed(0)
            torch.set_num_threads(1)  # more would wait
            yield
        finally:
            torch.set_num_threads(threads)


@repeatable()
def fit(
    model: TinyVLA, data: Demonstrations, steps: int,
    watch: Callable[[int, float], None] | None = None,
) -> TinyVLA:
    """Train what is not frozen to act as the expert did.
    Calls `watch(step, loss)` after each. Returns the model.
    """
    params = model.parameters()
    trained = [p for p in params if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=3e-3)
    scale = model.action_head.scale
    for step in range(1, steps + 1):
        model.train()
        rows = torch.randint(len(data.images), (64,))
        actions = model(data.images[rows], data.words[rows])
        expert = data.actions[rows]
        loss = F.mse_loss(actions / scale, expert / scale)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watch:
            watch(step, loss.item())
    return model


@torch.no_grad()
def success(model: TinyVLA, data: Demonstrations) -> float:
    """The share of scenes, 0 to 1, in which the gripper is
    within half a cell of its square and does as told.
    """
    training = model.training
    actions = model.eval()(data.images, data.words)
    model.train(training)
    off = (actions - data.actions)[:, :2].abs()
    there = (off < CELL / 2).all(dim=1)
    told = actions[:, 6].sign() == data.actions[:, 6]
    return (there & told).float().mean().item()


@functools.cache
@repeatable()
def _pretrained() -> TinyVLA:
    return fit(TinyVLA(), demonstrations(2000), steps=150)


def pretrained() -> TinyVLA:
    """A copy that knows WORDS; the first takes seconds."""
    return copy.deepcopy(_pretrained())
