"""Episodes of TinyVLA's expert, for training.

The arm starts above a random cell of the table.
The expert moves it by at most half a cell a frame
until it is above the named square; then down,
closing or opening the gripper, and the episode
ends. There are 10 frames a second.

Shapes: B samples in a batch, T frames an episode,
C = 4 actions in a chunk, 7 numbers in each action
and state.
"""

import functools
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from tiny_vla import (
    CELL, LAYOUTS, TRAINING, WORDS, LanguageModel,
    VisionEncoder, demonstrations, repeatable,
)

CHUNK = 4  # actions in a chunk
STEP = CELL / 2  # meters a frame at most, in x, y


def tables(count: int) -> list[tuple[int, int]]:
    """`count` of the layouts for training."""
    every = len(TRAINING) // count
    return TRAINING[::every][:count]


def start(count: int, random: torch.Generator) -> Tensor:
    """States (B, 7), the gripper half open."""
    size = (count,)
    cells = torch.randint(9, size, generator=random)
    state = torch.zeros(count, 7).double()
    state[:, 0] = (cells % 3 - 1) * CELL
    state[:, 1] = (cells // 3 - 1) * CELL
    state[:, 2] = CELL  # above the table
    return state


def record(
    folder: Path, layouts: list[tuple[int, int]], each: int
) -> None:
    """Write `each` episodes of each layout, and
    episodes.json, which lists their files.
    """
    listed = []
    for layout in layouts:
        seed = 1000 + LAYOUTS.index(layout)
        random = torch.Generator().manual_seed(seed)
        scenes = demonstrations(each, [layout], seed=seed)
        for image, ids, goal, state in zip(
            *scenes, start(each, random), strict=True
        ):
            states, actions = [], []
            while not actions or actions[-1][6] == 0:
                left = (goal - state)[:2]
                action = torch.zeros(7).double()
                if left.abs().max() > 1e-6:
                    action[:2] = left.clamp(-STEP, STEP)
                else:
                    action[2], action[6] = -CELL, goal[6]
                states.append(state)
                actions.append(action)
                state = state + action
            size = len(states), -1, -1, -1
            images = image.expand(size)
            episode = {
                "observation.image": torch.normal(
                    images, 0.05, generator=random
                ),
                "observation.state": torch.stack(states),
                "action": torch.stack(actions),
                "task": " ".join(WORDS[i] for i in ids),
            }
            name = f"episode-{len(listed):03}.pt"
            torch.save(episode, folder / name)
            listed.append(
                {"file": name, "layout": list(layout),
                 "frames": len(states)}
            )
    text = json.dumps({"fps": 10, "episodes": listed})
    (folder / "episodes.json").write_text(text)


def split(
    folder: Path, by: str
) -> tuple[list[str], list[str]]:
    """The files to train on, and those to hold
    out: of every fifth "episode", or "table".
    """
    text = (folder / "episodes.json").read_text()
    listed = json.loads(text)["episodes"]
    seen: list[list[int]] = []
    train, held_out = [], []
    for number, one in enumerate(listed):
        if one["layout"] not in seen:
            seen.append(one["layout"])
        if by == "table":
            number = seen.index(one["layout"])
        chosen = train if number % 5 else held_out
        chosen.append(one["file"])
    return train, held_out


class EpisodeDataset(Dataset[dict[str, Tensor | str]]):
    """A sample for each frame of the files."""

    def __init__(
        self, folder: Path, files: list[str]
    ) -> None:
        self.episodes = [
            torch.load(folder / name) for name in files
        ]
        self.index = [
            (e, t)
            for e, episode in enumerate(self.episodes)
            for t in range(len(episode["action"]))
        ]

    def frames(self, key: str) -> Tensor:
        """All frames, episode after episode."""
        episodes = self.episodes
        return torch.cat([one[key] for one in episodes])

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(
        self, i: int
    ) -> dict[str, Tensor | str]:
        e, t = self.index[i]
        episode = self.episodes[e]
        steps = torch.arange(t, t + CHUNK)
        last = len(episode["action"]) - 1
        kept = steps.clamp(max=last)
        image = episode["observation.image"][t]
        state = episode["observation.state"][t]
        action = episode["action"]
        return {
            "observation.image": image,
            "observation.state": state,
            "action": action[kept],
            "action_is_pad": steps > last,
            "task": episode["task"],
        }


def collate(samples: list) -> dict[str, Tensor]:
    """Stack tensors; turn tasks into word ids."""
    batch = {
        key: torch.stack([one[key] for one in samples])
        for key in samples[0] if key != "task"
    }
    batch["words"] = torch.tensor(
        [[WORDS.index(w) for w in one["task"].split()]
         for one in samples]
    )
    return batch


class Normalize(nn.Module):
    """Mean and std of the training frames."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(7))
        self.register_buffer("std", torch.ones(7))

    def measure(self, frames: Tensor) -> None:
        """Of frames (T, 7); a constant has std 1."""
        self.mean = frames.mean(0)
        std = frames.std(0)
        self.std = torch.where(std < 1e-6, 1.0, std)

    def forward(self, x: Tensor) -> Tensor:
        """Units of the robot -> mean 0, std 1."""
        return (x - self.mean) / self.std

    def inverse(self, x: Tensor) -> Tensor:
        """Back to the units of the robot."""
        return x * self.std + self.mean


class ChunkVLA(nn.Module):
    """TinyVLA's parts, a state, and a chunk."""

    def __init__(self) -> None:
        super().__init__()
        self.vision_encoder = VisionEncoder()
        self.language_model = LanguageModel()
        self.action_head = nn.Sequential(
            nn.Linear(32 + 7, 64), nn.GELU(),
            nn.Linear(64, CHUNK * 7),
        )
        self.state = Normalize()
        self.action = Normalize()
        self.double()

    def forward(
        self, image: Tensor, state: Tensor, words: Tensor
    ) -> Tensor:
        """Returns normalized chunks (B, C, 7)."""
        seen = self.vision_encoder(image)
        tokens = self.language_model(seen, words)
        x = torch.cat([tokens[:, -1], self.state(state)], 1)
        chunk = self.action_head(x)
        return chunk.unflatten(1, (CHUNK, 7))


def loss_of(
    model: ChunkVLA, batch: dict[str, Tensor]
) -> Tensor:
    """Mean square error of all but padding."""
    chunk = model(
        batch["observation.image"],
        batch["observation.state"], batch["words"],
    )
    target = model.action(batch["action"])
    error = (chunk - target) ** 2
    return error[~batch["action_is_pad"]].mean()


@repeatable()
def train(
    data: EpisodeDataset, epochs: int = 20
) -> ChunkVLA:
    """A new model with the statistics of `data`,
    trained on it in shuffled batches of 64.
    """
    model = ChunkVLA()
    states = data.frames("observation.state")
    model.state.measure(states)
    model.action.measure(data.frames("action"))
    loader = DataLoader(
        data, batch_size=64, shuffle=True,
        drop_last=True, collate_fn=collate,
        generator=torch.Generator().manual_seed(0),
    )
    params = model.parameters()
    optimizer = torch.optim.AdamW(params, lr=5e-3)
    for _ in range(epochs):
        for batch in loader:
            loss = loss_of(model, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


@torch.no_grad()
def mean_loss(
    model: ChunkVLA, data: EpisodeDataset
) -> float:
    """The loss on all samples of `data`."""
    samples = [data[i] for i in range(len(data))]
    return loss_of(model, collate(samples)).item()


@torch.no_grad()
def success(
    model: ChunkVLA, layouts: list[tuple[int, int]],
    seed: int = 5,
) -> float:
    """The fraction of 500 tries, 0 to 1, in which
    the arm goes down on the named square and does
    as it was told.
    """
    random = torch.Generator().manual_seed(seed)
    scenes = demonstrations(500, layouts, seed=seed)
    images, words, goal = scenes
    state = start(500, random)
    for _ in range(8 // CHUNK):  # 8 frames do
        seen = torch.normal(
            images, 0.05, generator=random
        )
        chunk = model(seen, state, words)
        chunk = model.action.inverse(chunk)
        for action in chunk.unbind(1):
            moving = state[:, 2:3] > CELL / 2
            state = state + action * moving
    away = (state - goal)[:, :2].abs()
    there = (away < STEP).all(1)
    down = state[:, 2] < CELL / 2
    told = state[:, 6].sign() == goal[:, 6]
    done = there & down & told
    return done.double().mean().item()


class Lab(NamedTuple):
    """What one run of the lab leaves."""
    model: ChunkVLA
    training: EpisodeDataset
    held_out: EpisodeDataset


@functools.cache
def learned(count: int, each: int, by: str) -> Lab:
    """Record `each` episodes of `count` tables,
    split them, and train. No file is kept.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record(folder, tables(count), each)
        training, held_out = (
            EpisodeDataset(folder, files)
            for files in split(folder, by)
        )
    return Lab(train(training), training, held_out)
