"""What the doctor looks at. Each check reads the settings and returns one finding, or raises its room's error."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge.calibrated import choose_calibration, own_calibration
from edge.capture import first_frame, open_source
from edge.config import Config
from edge.host import disk_free_mb
from edge.publish.connection import MQTT_311, address_of

_FIRST_FRAME_S = 12.0
_BROKER_S = 4.0
_LEAST_FREE_MB = 500.0


@dataclass(frozen=True, slots=True)
class Finding:
    """level: `ok`, `warn` or `fail`. text: what is so, and where it is not well, what mends it."""

    level: str
    text: str


def check_source(config: Config) -> Finding:
    with open_source(config.source) as source:
        frame = first_frame(source, _FIRST_FRAME_S)
        height, width = frame.image.shape[:2]
        name = source.info.name
    asked = (config.source.width, config.source.height)
    if source.info.live and (width, height) != asked:
        return Finding("warn", f"{name}: gives {width}x{height}, not the {asked[0]}x{asked[1]} of the settings")
    if frame.image.max() < 16:
        return Finding("warn", f"{name}: {width}x{height}, but the picture is black; is the lens covered?")
    return Finding("ok", f"{name}: {width}x{height} at {source.info.fps:.4g} frames/s")


def check_calibration(config: Config) -> Finding:
    with open_source(config.source) as source:
        image_size = (source.info.width, source.info.height)
        calibration, origin = choose_calibration(config, own_calibration(config, source.calibration), image_size, None)
    if calibration is None or calibration.rim is None:
        return Finding("warn", "not told: the hoop is looked for by itself; 'courtside calibrate' makes sure of it")
    rim = calibration.rim
    place = f"{rim.width:.0f}x{rim.height:.0f} px at {rim.x:.0f},{rim.y:.0f}"
    return Finding("ok", f"{place}; {origin.removeprefix('calibration: ')}")


def check_networks(config: Config) -> Finding:
    from edge.vision.models import open_vision

    engines = config.engines
    start_s = time.monotonic()
    open_vision(engines).close()
    took_s = time.monotonic() - start_s
    names = ", ".join((engines.detector, engines.ball, engines.pose, engines.appearance))
    return Finding("ok", f"{names}: loaded in {took_s:.1f} s")


def check_gpu(config: Config) -> Finding:
    from engines import trt

    reason = trt.missing()
    if reason is None:
        used = "not used: engines.backend is onnxruntime" if config.engines.backend == "onnxruntime" else "used"
        return Finding("ok", f"TensorRT is there and {used}")
    if config.engines.backend == "tensorrt":
        return Finding("fail", f"engines.backend is tensorrt, but {reason}; mend that, or set it to auto")
    return Finding("ok", f"none: networks run on the CPU ({reason})")


def check_broker(config: Config) -> Finding:
    settings = config.mqtt
    if settings.broker == "embedded":
        problem = _port_problem(settings.bind, settings.port)
        if problem:
            mend = "set mqtt.broker to localhost to use the broker there, or mqtt.port to a free port"
            return Finding("fail", f"embedded, port {settings.port}: {problem}; {mend}")
        return Finding("ok", f"embedded, port {settings.port} is free")
    problem = _connect_problem(config)
    if problem:
        return Finding("fail", f"{settings.broker}:{settings.port}: {problem}")
    return Finding("ok", f"{settings.broker}:{settings.port} lets us in")


def check_page(config: Config) -> Finding:
    if not config.web.enabled:
        return Finding("ok", "switched off (web.enabled)")
    problem = _port_problem(config.web.bind, config.web.port)
    if problem:
        return Finding("fail", f"port {config.web.port}: {problem}; set web.port to a free port")
    return Finding("ok", f"port {config.web.port} is free")


def check_disk(config: Config) -> Finding:
    path = config.data_path
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"courtside")
    except OSError as error:
        return Finding("fail", f"{path}: cannot be written ({error.strerror}); set data_dir to a folder that can")
    free_mb = disk_free_mb(path)
    if free_mb is not None and free_mb < _LEAST_FREE_MB:
        return Finding("warn", f"{path}: only {free_mb:.0f} MB are free; make room")
    return Finding("ok", f"{path}: can be written" + (f", {free_mb / 1000:.1f} GB free" if free_mb else ""))


def check_clock(config: Config) -> Finding:
    now = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    if time.time() < Path(__file__).stat().st_mtime - 86400:
        return Finding("fail", f"{now} is before courtside was installed; connect to a network so that it is set")
    synchronised = _synchronised()
    if synchronised is None:
        return Finding("ok", f"{now} (nothing here tells whether it is synchronised)")
    if not synchronised:
        return Finding("warn", f"{now}, not synchronised: times may be wrong; run 'timedatectl set-ntp true'")
    return Finding("ok", f"{now}, synchronised")


def _synchronised() -> bool | None:
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(told.stdout.strip())


def _port_problem(bind: str, port: int) -> str:
    """Why nobody can listen there, or nothing."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            return "is in use (by a box that runs already?)" if error.errno == 98 else os.strerror(error.errno or 0)
    return ""


def _connect_problem(config: Config) -> str:
    """Why the broker does not let us in, or nothing. Connects under a name of its own, so that no box is thrown out."""
    address = address_of(config.mqtt, f"courtside-doctor-{os.getpid()}")
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=address.client_id, protocol=MQTT_311)
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.tls is not None:
        client.tls_set_context(address.tls)
    answered, answer = threading.Event(), ["no answer; is it running, and is a firewall in between?"]

    def on_connect(_: mqtt.Client, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        answer[0] = f"refuses us: {reason}; check mqtt.username and mqtt.password_file" if reason.is_failure else ""
        answered.set()

    client.on_connect = on_connect
    try:
        client.connect(address.host, address.port, keepalive=10)
    except OSError as error:
        return f"cannot be reached ({error.strerror or error}); is it running, and is its address right?"
    client.loop_start()
    answered.wait(_BROKER_S)
    client.disconnect()
    client.loop_stop()
    return answer[0]
