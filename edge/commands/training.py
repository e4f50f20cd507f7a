"""`courtside engines train-ball`: the ball's own network, trained anew from the virtual gym and what else is given."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tqdm import tqdm

from edge.commands.files import check_network_out
from edge.commands.options import CommandError, positive
from edge.simulator.lessons import MOMENTS, gym_clips
from edge.types import FloatArray, Image, ObjectClass
from edge.vision.ball import as_candidates
from edge.vision.detector import LEAST, Detector
from engines.backend import open_engine
from engines.ball.clips import Clip
from engines.ball.photos import Known, LessonError, read_known, read_photos, read_video, video_clips
from engines.ball.pseudo import agreed
from engines.ball.store import keep
from engines.zoo import find, locate, shape_range

VIDEOS = (".mp4", ".mov", ".avi", ".mkv")
_GYMS, _STEPS = 160, 14000
_TEACHER = "picodet-s-1280"
_BACKBONE = "picodet-s-640"
_LEAST_OF_TEACHER = 0.1

_ABOUT = """Trains the network that sees the ball, on this machine's processor or its GPU, and writes it as ONNX.

It starts from what PicoDet-S knows of people and things, and learns from the virtual gym; from balls painted into the
photos you give (any pictures without a ball, or a folder with labels of YOLO's form); and from videos, in which the
teacher network's balls are taken where they fly as balls do.
What is drawn goes to the folder for temporary files (2.5 GB; TMPDIR names another).
Use the file with 'courtside run --set engines.ball=FILE'."""


def add_training(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = what.add_parser(
        "train-ball",
        help="train the ball's network anew",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ONNX file to write")
    parser.add_argument("--photos", type=Path, nargs="*", default=[], metavar="DIR", help="folders of pictures")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="what single pictures show, as JSON")
    parser.add_argument("--videos", type=Path, nargs="*", default=[], metavar="DIR", help="folders of videos")
    parser.add_argument("--teacher", default=_TEACHER, metavar="NAME", help=f"what labels the videos ({_TEACHER})")
    parser.add_argument(
        "--gyms",
        type=positive,
        default=_GYMS,
        help=f"virtual gyms to draw, of seeds from 0 on ({_GYMS})",
    )
    parser.add_argument("--steps", type=positive, default=_STEPS, help=f"training steps ({_STEPS})")
    parser.add_argument("--seed", type=int, default=0, help="of weights and lessons (0)")
    parser.set_defaults(execute=execute_train)


def execute_train(args: argparse.Namespace) -> int:
    try:
        from engines.ball.backbone import load_backbone
        from engines.ball.train import Plan, export, train
    except ImportError as error:
        raise CommandError(f"training needs PyTorch ({error}): pip install 'courtside[train]'") from None
    from engines.ball.samples import Lessons

    check_network_out(args.out)
    try:
        backbone = load_backbone(locate(find(_BACKBONE)))
        find(args.teacher)
    except ValueError as error:
        raise CommandError(str(error)) from None
    try:
        known = read_known(args.labels) if args.labels else None
        photos = [clip for folder in args.photos for clip in read_photos(folder, known)]
        flights = [clip for path in _videos(args.videos) for clip in _flights(path, args.teacher)]
        _all_used(args, known)
    except LessonError as error:
        raise CommandError(str(error)) from None
    painted, labelled = _sorted(photos)
    with tempfile.TemporaryDirectory(prefix="courtside-") as name:
        folder = Path(name)
        gym = keep(_gym(args.gyms), folder / "gym")
        _say(f"{len(gym)} moments of {args.gyms} gyms, {len(photos)} photos, {len(flights)} moments of videos")
        lessons = Lessons(
            gym,
            keep(painted, folder / "painted"),
            keep(labelled, folder / "labelled"),
            keep(flights, folder / "flights"),
            args.seed,
        )
        with tqdm(total=args.steps, unit="step", desc="training", file=sys.stderr) as bar:

            def report(done: int, mean: float) -> None:
                bar.update(done - bar.n)
                if done % 50 == 0:
                    bar.set_postfix(loss=f"{mean:.3f}")

            try:
                plan = Plan(steps=args.steps, seed=args.seed)
                export(train(lessons, plan, backbone, report), args.out)
            except (OSError, ValueError) as error:
                raise CommandError(f"{args.out}: {error}") from None
    _say(f"{args.out}: written; use it with 'courtside run --set engines.ball={args.out}'")
    return 0


def _sorted(photos: list[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Pictures to paint balls into, and those that show balls of their own. The first kind may show rims."""
    labelled = [clip for clip in photos if len(clip.balls)]
    return [clip for clip in photos if not len(clip.balls)] or labelled, labelled


def _all_used(args: argparse.Namespace, known: Mapping[str, Known] | None) -> None:
    """A label that belongs to no picture is a slip of the pen. Raises LessonError."""
    names = {path.name for folder in args.photos for path in folder.rglob("*")}
    unused = [name for name in known or {} if name not in names]
    if unused:
        raise LessonError(f"{args.labels}: {unused[0]} is not among the photos; mend its name or take it out")


def _gym(count: int) -> Iterable[Clip]:
    clips = gym_clips(range(count))
    return tqdm(clips, total=count * MOMENTS, unit="moment", desc="drawing", file=sys.stderr)


def _videos(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS)
        if not found:
            raise LessonError(f"{folder}: holds no videos ({', '.join(VIDEOS)})")
        yield from found


def _flights(path: Path, teacher: str) -> list[Clip]:
    frames = read_video(path)
    network = find(teacher)
    engine = open_engine(locate(network), "auto", 0, {network.input.name: shape_range(network)})
    try:
        detector = Detector(network, engine)
        seen = [_balls(detector, frame) for frame in tqdm(frames, desc=path.name, unit="frame", file=sys.stderr)]
    finally:
        engine.close()
    flights = agreed(seen)
    _say(f"{path.name}: balls in flight on {len(flights)} of {len(frames)} frames")
    return video_clips(frames, flights)


def _balls(detector: Detector, frame: Image) -> FloatArray:
    return as_candidates(detector.detect(frame, {**LEAST, ObjectClass.BALL: _LEAST_OF_TEACHER}))


def _say(words: str) -> None:
    print(f"courtside: {words}", flush=True)
