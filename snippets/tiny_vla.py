"""TinyVLA: vision encoder, language model, action head.

On a table of 3 x 3 cells lie a red and a blue square.
The instruction names one, and says "grasp" or "release".
The expert moves over that square and closes or opens the
gripper. All of it is computed; nothing is downloaded.

Shapes: B scenes in a batch, N = 9 image patches,
L = 3 words in an instruction, D = 32 numbers in a token.
"""

import contextlib
import copy
import functools
import itertools
from collections.abc import Callable, Generator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CELLS = 9  # on the table, counted row by row
PATCH = 4  # pixels along each side of a cell
CELL = 0.05  # meters from one cell to the next
# The id of a word is its position in this list.
WORDS = ["the", "grasp", "release", "red", "blue"]
NEW_WORDS = ["crimson", "azure"]  # ids 5 and 6
# A layout: the cell in which red lies, and that of blue.
LAYOUTS = list(itertools.permutations(range(CELLS), 2))
HELD_OUT = LAYOUTS[::5]  # never seen in training
TRAINING = [one for one in LAYOUTS if one not in HELD_OUT]


class VisionEncoder(nn.Module):
    """Turns an image into one token for each cell."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, PATCH, stride=PATCH)
        self.bn1 = nn.BatchNorm2d(32)
        self.norm = nn.LayerNorm(32)

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 3, 12, 12) -> tokens (B, N, D)."""
        x = self.bn1(self.conv1(images))  # (B, D, 3, 3)
        tokens = x.flatten(2).transpose(1, 2)
        return self.norm(tokens)


class Block(nn.Module):
    """Tokens look at each other; then each is worked on."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(32)
        self.attention = nn.MultiheadAttention(
            32, num_heads=4, batch_first=True
        )
        self.norm2 = nn.LayerNorm(32)
        self.mlp = nn.Sequential(
            nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Tokens (B, N + L, D) -> tokens of that shape."""
        y = self.norm1(x)
        y, _ = self.attention(y, y, y, need_weights=False)
        x = x + y
        return x + self.mlp(self.norm2(x))


class LanguageModel(nn.Module):
    """Reads image and instruction as one row of tokens."""

    def __init__(self) -> None:
        super().__init__()
        words, places = len(WORDS), CELLS + 3
        self.token_embedding = nn.Embedding(words, 32)
        self.position_embedding = nn.Embedding(places, 32)
        self.block = Block()
        self.norm = nn.LayerNorm(32)

    def forward(self, seen: Tensor, ids: Tensor) -> Tensor:
        """Image tokens (B, N, D), word ids (B, L)
        -> tokens (B, N + L, D).
        """
        words = self.token_embedding(ids)  # (B, L, D)
        x = torch.cat([seen, words], dim=1)
        x = x + self.position_embedding.weight
        return self.norm(self.block(x))

    def add_words(self, count: int) -> None:
        """Give each of `count` new words an embedding row.
        All start as the mean of the rows that are there.
        """
        old = self.token_embedding.weight.detach()
        new = old.mean(dim=0).expand(count, -1)
        self.token_embedding = nn.Embedding.from_pretrained(
            torch.cat([old, new]), freeze=False
        )


class ActionHead(nn.Module):
    """Turns a token into an action: 7 bounded numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(32, 32), nn.GELU(), nn.Linear(32, 7)
        )
        # x, y, z in meters; roll, pitch, yaw in radians;
        # the gripper from -1, open, to 1, closed.
        most = [0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 1.0]
        self.register_buffer("scale", torch.tensor(most))

    def forward(self, x: Tensor) -> Tensor:
        """Tokens (B, D) -> actions (B, 7)."""
        return torch.tanh(self.mlp(x)) * self.scale


class TinyVLA(nn.Module):
    """The three parts, each of which can be frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.vision_encoder = VisionEncoder()
        self.language_model = LanguageModel()
        self.action_head = ActionHead()
        self.frozen: list[str] = []
        # float64: then all computers print the same.
        self.double()

    def forward(self, image: Tensor, ids: Tensor) -> Tensor:
        """Images (B, 3, 12, 12) and word ids (B, L)
        -> actions (B, 7), read off the last token.
        """
        seen = self.vision_encoder(image)
        tokens = self.language_model(seen, ids)
        return self.action_head(tokens[:, -1])

    def freeze_fully(self, *names: str) -> "TinyVLA":
        """Turn off the gradients of the parts named, and
        keep these parts in eval mode. Returns the model.
        """
        for part in [self.get_submodule(n) for n in names]:
            part.requires_grad_(False)
        self.frozen.extend(names)
        return self.train(self.training)

    def train(self, mode: bool = True) -> "TinyVLA":
        """Set the mode of all but the frozen parts."""
        super().train(mode)
        for name in self.frozen:
            self.get_submodule(name).eval()
        return self


class Demonstrations(NamedTuple):
    """What was seen, what was said, what the expert did."""
    images: Tensor  # (B, 3, 12, 12), 0 to 1, plus noise
    words: Tensor  # (B, L), ids: the verb, "the", the color
    actions: Tensor  # (B, 7), units as in ActionHead


def demonstrations(
    count: int, layouts: list[tuple[int, int]] = TRAINING,
    colors: list[str] = WORDS[3:], seed: int = 0,
) -> Demonstrations:
    """`count` random scenes, each with one of `layouts`.
    `colors` are the words for the red and the blue square.
    """
    random = torch.Generator().manual_seed(seed)
    def draw(n: int) -> Tensor:  # numbers from 0 to n - 1
        return torch.randint(n, (count,), generator=random)

    scene = torch.arange(count)
    cells = torch.tensor(layouts)[draw(len(layouts))]
    color, release = draw(2), draw(2)

    # A gray table with two squares, one pixel for a cell;
    # then enlarged, with noise: no two images are equal.
    table = torch.full((count, 3, CELLS), 0.5)
    table[scene, :, cells[:, 0]] = torch.tensor([1.0, 0, 0])
    table[scene, :, cells[:, 1]] = torch.tensor([0, 0, 1.0])
    images = table.reshape(count, 3, 3, 3)
    images = images.repeat_interleave(PATCH, dim=2)
    images = images.repeat_interleave(PATCH, dim=3).double()
    images = torch.normal(images, 0.05, generator=random)

    ids = [(WORDS + NEW_WORDS).index(c) for c in colors]
    noun = torch.tensor(ids)[color]
    verb = 1 + release  # 1 is "grasp", 2 is "release"
    the = torch.zeros_like(verb)
    words = torch.stack([verb, the, noun], dim=1)

    target = cells[scene, color]
    actions = torch.zeros(count, 7).double()
    actions[:, 0] = (target % 3 - 1) * CELL
    actions[:, 1] = (target // 3 - 1) * CELL
    actions[:, 2] = -CELL  # down to the table
    actions[:, 6] = 1 - 2 * release  # close, or open
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
    """Train what is not frozen to act as the expert did, in
    `steps` of 64 scenes, calling `watch(step, loss)` after
    each. Returns the model.
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
    """The fraction of scenes, 0 to 1, that succeed: x and y
    within half a cell, and the gripper as it was told.
    """
    training = model.training
    actions = model.eval()(data.images, data.words)
    model.train(training)
    off = (actions - data.actions)[:, :2].abs()
    there = (off < CELL / 2).all(dim=1)
    told = actions[:, 6].sign() == data.actions[:, 6]
    return (there & told).double().mean().item()


@functools.cache
@repeatable()
def _pretrained() -> TinyVLA:
    return fit(TinyVLA(), demonstrations(2000), steps=200)


def pretrained() -> TinyVLA:
    """A pretrained model. The first call trains it."""
    return copy.deepcopy(_pretrained())
