"""The table of known networks (zoo.toml) and where their files lie."""

from __future__ import annotations

import ast
import difflib
import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engines.backend import FREE, Engine, EngineError, ShapeRange
from engines.form.layout import DURATION, FRAMES, JOINTS, POSE, PRESENT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
KEYPOINTS = 17
_MOST_SHOTS = 256


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How a picture becomes the input tensor; sizes in px, value = (RGB - mean) / std, `pad` a grey value 0..255.

    any_size: the tensor may have every size in steps of `step`; height and width then are the most it is given.
    frames: so many consecutive pictures go in, one behind the other along the channels, the newest last.
    """

    name: str
    fit: str
    layout: str
    dtype: str
    height: int
    width: int
    pad: int
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    any_size: bool = False
    step: int = 32
    frames: int = 1

    @property
    def channels(self) -> int:
        return 3 * self.frames


@dataclass(frozen=True, slots=True)
class Network:
    """One row of the zoo. `package` and `member`: the npm package, name@version, and the file in it (fetched ones)."""

    name: str
    task: str
    file: str
    sha256: str
    shipped: bool
    licence: str
    owner: str
    origin: str
    about: str
    input: InputSpec
    output: str
    labels: tuple[str, ...]
    package: str = ""
    member: str = ""


def _network(name: str, row: Mapping[str, Any], labels: Mapping[str, list[str]]) -> Network:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row["input"].items()
    }
    rest = {key: value for key, value in row.items() if key not in ("input", "labels")}
    return Network(name=name, input=InputSpec(**given), labels=tuple(labels[row["labels"]]), **rest)


def shape_range(network: Network) -> ShapeRange:
    """The sizes a network of any size is given: from one step each way, mostly 16:9, to the largest rectangle."""
    spec = network.input
    if not spec.any_size:
        fixed = (1, spec.channels, spec.height, spec.width)
        return ShapeRange(fixed, fixed, fixed)
    wide = -(-spec.width * 9 // 16 // spec.step) * spec.step
    return ShapeRange(
        (1, spec.channels, spec.step, spec.step),
        (1, spec.channels, min(wide, spec.height), spec.width),
        (1, spec.channels, spec.height, spec.width),
    )


def shape_ranges(network: Network) -> dict[str, ShapeRange]:
    """Of every input by name."""
    if network.output != "form":
        return {network.input.name: shape_range(network)}
    shapes = {POSE: (FRAMES, JOINTS, 2), PRESENT: (FRAMES, JOINTS), DURATION: ()}
    return {name: ShapeRange((1, *shape), (1, *shape), (_MOST_SHOTS, *shape)) for name, shape in shapes.items()}


@cache
def networks() -> Mapping[str, Network]:
    """Every known network by name, in the table's order."""
    table = tomllib.loads((HERE / "zoo.toml").read_text(encoding="utf-8"))
    return {name: _network(name, row, table["labels"]) for name, row in table["networks"].items()}


def find(name: str) -> Network:
    """The network called `name`, or in the .onnx file of that path. Raises EngineError that names the nearest."""
    known = networks()
    if name in known:
        return known[name]
    if name.endswith(".onnx"):
        from engines.own import from_file

        return from_file(Path(name).expanduser())
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    raise EngineError(f"unknown network '{name}'; {hint}")


def cache_dir() -> Path:
    """Where fetched networks and built plans lie: COURTSIDE_CACHE, else the user's cache folder."""
    if os.environ.get("COURTSIDE_CACHE"):
        return Path(os.environ["COURTSIDE_CACHE"]).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "courtside" / "engines"


def path_of(network: Network) -> Path:
    """Where the network's file lies, or would lie once fetched."""
    return (HERE / "models" if network.shipped else cache_dir()) / network.file


def sha256_of(path: Path) -> str:
    """Hex sha256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def locate(network: Network) -> Path:
    """The network's file, its sha256 checked. Raises EngineError that says how to get it."""
    path = path_of(network)
    mend = f"run 'courtside engines fetch {network.name}'" if network.package else "install courtside again"
    if not path.is_file():
        raise EngineError(f"{network.name}: {path} is not here; {mend}")
    if path.stat().st_size == 0:
        raise EngineError(f"{network.name}: {path} is empty (0 bytes); {mend}")
    if network.sha256 and (found := sha256_of(path)) != network.sha256:
        raise EngineError(
            f"{network.name}: {path} is damaged (sha256 {found[:12]}..., not {network.sha256[:12]}...); {mend}"
        )
    return path


def own_labels(name: str, engine: Engine) -> tuple[str, ...] | None:
    """The labels that the file of network `name` itself carries, None where it has none. Raises EngineError."""
    text = engine.metadata.get("names")
    if text is None:
        return None
    try:
        names = ast.literal_eval(text)
        return tuple(str(names[index]) for index in sorted(names))
    except (ValueError, SyntaxError, TypeError, KeyError):
        raise EngineError(f"{name}: its file carries labels that cannot be read: {text[:60]!r}") from None


def _expected_outputs(network: Network) -> tuple[tuple[int, ...], ...]:
    """Shapes of the outputs that the decoder named by `network.output` reads, FREE where any size will do."""
    count = len(network.labels)
    layouts: dict[str, tuple[tuple[int, ...], ...]] = {
        "picodet": ((1, FREE, 4), (1, count, FREE)),
        "yolo": ((FREE, 4 + count, FREE),),
        "yolo-pose": ((FREE, 4 + count + 3 * KEYPOINTS, FREE),),
        "movenet": ((1, 1, KEYPOINTS, 3),),
        "embedding": ((1, FREE),),
        "form": ((FREE, FREE),),
        "ball-heatmap": ((FREE, 2, FREE, FREE), (FREE, 4, FREE, FREE), (FREE, 4, FREE, FREE)),
    }
    return layouts[network.output]


def _agree(want: tuple[int, ...], have: tuple[int, ...]) -> bool:
    return len(want) == len(have) and all(FREE in (a, b) or a == b for a, b in zip(want, have, strict=True))


def check(network: Network, engine: Engine) -> None:
    """Raises EngineError where a loaded network's labels, input or outputs are not those that the zoo states."""
    own = own_labels(network.name, engine)
    if own is not None and network.labels and own != network.labels:
        pairs = zip(own, network.labels, strict=False)
        index = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(own), len(network.labels)))
        has = own[index] if index < len(own) else "nothing"
        raise EngineError(
            f"{network.name}: the file has {len(own)} labels, {has!r} as number {index}; "
            f"expected {len(network.labels)} labels; choose another network or fetch this one again"
        )
    for want, have in zip(_expected_outputs(network), [spec.shape for spec in engine.outputs], strict=False):
        if not _agree(want, have):
            raise EngineError(
                f"{network.name}: output of shape {have} where {network.output} has {want}: other labels?"
            )
    takes = [(spec.name, spec.shape) for spec in engine.inputs]
    if network.output == "form":
        wanted = [(name, (FREE, *shapes.least[1:])) for name, shapes in shape_ranges(network).items()]
        if takes != wanted:
            raise EngineError(f"{network.name}: takes {takes}, expected {wanted}: no encoder of form")
        return
    size = (network.input.height, network.input.width)
    planes = (FREE, network.input.channels, *size) if network.input.layout == "NCHW" else (FREE, *size, 3)
    if len(takes) != 1 or takes[0][0] != network.input.name or not _agree(planes, takes[0][1]):
        raise EngineError(f"{network.name}: takes {takes}, expected '{network.input.name}' of shape {planes}")
