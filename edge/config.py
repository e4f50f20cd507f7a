"""Settings: one YAML file, read once, every key described, unknown keys refused with the nearest known one named."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class ConfigError(Exception):
    """The settings cannot be used; the message names the file, the key and what to do."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceConfig(Section):
    uri: str = Field(
        "gym://form",
        description="Where frames come from: gym:// (the virtual gym), a video file, /dev/video0 or rtsp://...",
    )
    width: int = Field(1280, ge=160, le=7680, description="Width asked of a camera or of the virtual gym, px.")
    height: int = Field(720, ge=120, le=4320, description="Height asked of a camera or of the virtual gym, px.")
    fps: float = Field(30.0, gt=0, le=240, description="Frames per second asked of a camera or of the virtual gym.")
    seed: int = Field(0, ge=0, description="Seed of the virtual gym: the same seed gives the same play.")
    realtime: bool = Field(
        True,
        description="Play files and the virtual gym at their own speed; the gym drops late frames, a file none.",
    )
    reopen_after_s: float = Field(1.0, gt=0, description="First pause before a vanished source is opened again.")
    reopen_max_s: float = Field(30.0, gt=0, description="Longest pause between two tries to open a source again.")


class EnginesConfig(Section):
    detector: str = Field("picodet-s-640", description="Person and ball detector: a name of 'courtside engines list'.")
    pose: str = Field("movenet-thunder", description="17-keypoint pose network: a name of 'courtside engines list'.")
    ball: str = Field("courtside-ball", description="The ball's network: its name, or an ONNX file you trained.")
    appearance: str = Field("efficientnet-lite0", description="Appearance network; 'none' to do without.")
    backend: Literal["auto", "onnxruntime", "tensorrt"] = Field(
        "auto", description="auto takes TensorRT where a GPU, its driver and TensorRT are present, else ONNX Runtime."
    )
    threads: int = Field(0, ge=0, le=64, description="CPU threads a network may use; 0 = all cores.")


class VisionConfig(Section):
    person_confidence: float = Field(0.4, gt=0, lt=1, description="Least confidence of a person detection.")
    ball_confidence: float = Field(0.12, gt=0, lt=1, description="Least confidence of a ball detection.")
    ball_whole_every: int = Field(
        3, ge=1, le=30, description="The whole frame is searched for balls every so many frames, else about the ball."
    )
    pose_players: int = Field(2, ge=0, le=10, description="Players a frame whose pose is taken: those at the ball.")
    camera: Literal["fixed", "moving", "auto"] = Field(
        "auto",
        description="fixed: a box on the wall. moving: follow pans and drift. auto: moving for files, else fixed.",
    )


class TrackingConfig(Section):
    method: Literal["joint", "bootstrap", "paper"] = Field(
        "joint",
        description="joint: particles of joint associations. To compare with: bootstrap, a plain filter for each"
        " player; paper, the published one.",
    )
    particles: int = Field(
        300, ge=20, le=5000, description="Particles a target, with bootstrap and paper; joint has its own."
    )
    seed: int = Field(0, ge=0, description="Seed of the particle filter.")
    lost_after_s: float = Field(1.5, gt=0, description="Seconds unseen after which a track ends.")
    settle_s: float = Field(
        0.5,
        ge=0,
        le=2,
        description="Seconds after which it is settled who was who, and no later frame changes it; 0: at once.",
    )
    roster: int | None = Field(
        None,
        ge=1,
        le=20,
        description="Players on the court where it is known: 6 in 3x3, 10 in five a side. Until the picture is cut"
        " nobody is forgotten then, and nobody else is taken for a player.",
    )


class GameConfig(Section):
    method: Literal["flight", "paper"] = Field(
        "flight",
        description="flight: shots and passes by the ball's flight. paper: the published rules, to compare with.",
    )
    outcome_wait_s: float = Field(2.5, gt=0, description="Seconds after a release at which a shot ends at the latest.")


class SessionsConfig(Section):
    keep_days: int = Field(
        400, ge=1, description="Sessions begun longer ago are deleted when the box starts, never the one that runs."
    )
    keep_mb: int = Field(
        2000,
        ge=10,
        description="Megabytes of sessions to keep: beyond that the oldest are deleted when the box starts, never the"
        " one that runs. An hour of ten players takes about 5.",
    )
    pause_min: float = Field(
        45.0,
        ge=1.0,
        description="Minutes without a shot or a pass after which the next one begins a new session.",
    )


class FormConfig(Section):
    enabled: bool = Field(True, description="Compare the form of enrolled players' shots with their own.")
    encoder: str = Field("courtside-form", description="The network of fingerprints: its name, or an ONNX file.")
    alert_pause_s: float = Field(
        12.0,
        ge=0,
        description="Seconds for which a player gets no second alert; 0 = any shot may have one.",
    )


class MqttConfig(Section):
    broker: str = Field("embedded", description="'embedded', or the name or address of your own broker.")
    port: int = Field(1883, ge=0, le=65535, description="The broker's TCP port (embedded: the one it listens on).")
    bind: str = Field("0.0.0.0", description="Address the embedded broker listens on.")
    username: str | None = Field(None, description="User name at your own broker.")
    password_file: Path | None = Field(None, description="File that holds the password, never the password itself.")
    tls: bool = Field(False, description="Use TLS to reach your own broker.")
    ca_file: Path | None = Field(None, description="CA certificate of your own broker, where it is self-signed.")
    discovery_prefix: str = Field(
        "homeassistant",
        pattern=r"^[A-Za-z0-9_/-]*$",
        description="Where Home Assistant looks for new devices, to find the form alerts; empty = tell it nothing.",
    )
    keepalive_s: int = Field(20, ge=5, le=600, description="Seconds after which a silent connection counts as gone.")


class WebConfig(Section):
    enabled: bool = Field(True, description="Serve the phone's page.")
    bind: str = Field("0.0.0.0", description="Address the page is served on.")
    port: int = Field(8080, ge=0, le=65535, description="Port the page is served on; 0 = any free one.")


class Config(Section):
    site: str = Field("home", pattern=r"^[A-Za-z0-9_-]+$", description="Name of the gym, part of every MQTT topic.")
    court: str = Field("court1", pattern=r"^[A-Za-z0-9_-]+$", description="Name of the court, part of every topic.")
    calibration: Path | None = Field(None, description="Calibration file; default: DATA_DIR/calibration.json.")
    data_dir: Path = Field(Path("~/.local/share/courtside"), description="Where the box keeps what it must not lose.")
    source: SourceConfig = Field(default_factory=lambda: SourceConfig(), description="Where frames come from.")
    engines: EnginesConfig = Field(default_factory=lambda: EnginesConfig(), description="Which networks run, and how.")
    vision: VisionConfig = Field(default_factory=lambda: VisionConfig(), description="What is looked for in a frame.")
    tracking: TrackingConfig = Field(default_factory=lambda: TrackingConfig(), description="The particle filter.")
    game: GameConfig = Field(default_factory=lambda: GameConfig(), description="How events are found.")
    sessions: SessionsConfig = Field(
        default_factory=lambda: SessionsConfig(), description="How long sessions are kept."
    )
    form: FormConfig = Field(default_factory=lambda: FormConfig(), description="How players shoot.")
    mqtt: MqttConfig = Field(default_factory=lambda: MqttConfig(), description="Where results are sent.")
    web: WebConfig = Field(default_factory=lambda: WebConfig(), description="The phone's page.")

    @property
    def data_path(self) -> Path:
        return self.data_dir.expanduser()

    @property
    def sessions_path(self) -> Path:
        return self.data_path / "sessions.db"

    @property
    def form_path(self) -> Path:
        return self.data_path / "form.db"

    @property
    def calibration_path(self) -> Path:
        return (self.calibration or self.data_path / "calibration.json").expanduser()


def _nearest(key: str, model: type[BaseModel], parents: tuple[Any, ...]) -> str:
    """Names the known key nearest to an unknown one, in the section it stands in."""
    for part in parents:
        annotation = model.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return ""
        model = annotation
    known = list(model.model_fields)
    match = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"did you mean '{match[0]}'?" if match else f"known here: {', '.join(known)}"


def parse(data: Any, origin: str) -> Config:
    """Check settings that were read from `origin`. Raises ConfigError in one line."""
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(f"{origin}: must be keys and values, like 'site: home', not {type(data).__name__}")
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        location = tuple(first["loc"])
        where = ".".join(str(part) for part in location)
        if first["type"] == "extra_forbidden":
            hint = _nearest(str(location[-1]), Config, location[:-1])
            raise ConfigError(f"{origin}: unknown key '{where}'; {hint}") from None
        raise ConfigError(f"{origin}: {where}: {first['msg']} (got {first['input']!r})") from None


def load(path: Path | None, overrides: Mapping[str, Any] | None = None) -> Config:
    """The settings in `path`, or the defaults where it is None, with `overrides` by dotted key (`source.fps`) on top.

    Raises ConfigError in one line.
    """
    data = None if path is None else _read(path)
    if not overrides:
        return parse(data, str(path))
    data = {} if data is None else data
    if isinstance(data, dict):
        for key, value in overrides.items():
            data = _with(data, key.split("."), value)
    return parse(data, "command line" if path is None else f"{path} with the command line")


def _with(data: dict[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    """A copy of nested `data` in which the value at the path `keys` is `value`."""
    inner = data.get(keys[0])
    if len(keys) > 1:
        value = _with(inner if isinstance(inner, dict) else {}, keys[1:], value)
    return {**data, keys[0]: value}


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such settings file; 'courtside config' prints one to start from") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        detail = " ".join(str(error).split())
        raise ConfigError(f"{path}: not YAML: {detail}") from None
