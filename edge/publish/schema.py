"""JSON Schemas of every payload, written beside the code: `python -m edge.publish.schema [--check]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from edge.publish import form_payloads, payloads, stat_payloads
from edge.publish.payloads import Part, Request

FOLDER = Path(__file__).parent / "schemas"
MODELS: dict[str, type[Part]] = {
    "status": payloads.Status,
    "health": payloads.Health,
    "source": payloads.Source,
    "calibration": payloads.CalibrationState,
    "shot": payloads.Shot,
    "play": payloads.Play,
    "stats": stat_payloads.Stats,
    "recent-shots": stat_payloads.RecentShots,
    "shot-chart": stat_payloads.ShotChart,
    "pass-network": stat_payloads.PassNetwork,
    "live": payloads.Live,
    "form-alert": form_payloads.FormAlert,
    "form-shot": form_payloads.FormShot,
    "cmd-request": payloads.Request,
    "cmd-calibrate-rim": payloads.CalibrateRimRequest,
    "cmd-calibrate-court": payloads.CalibrateCourtRequest,
    "cmd-calibrate-save": payloads.CalibrateSaveRequest,
    "cmd-reply": payloads.Reply,
}


def schema_texts() -> dict[str, str]:
    """File name to text of each schema."""
    texts = {}
    for name, model in MODELS.items():
        # What the box sends always holds every field; what it is sent may leave those with defaults away.
        schema = model.model_json_schema(mode="validation" if issubclass(model, Request) else "serialization")
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        texts[f"{name}.json"] = json.dumps(schema, indent=2, sort_keys=True) + "\n"
    return texts


def stale_schemas(folder: Path = FOLDER) -> list[str]:
    """Names of files that are missing, outdated or belong to no payload."""
    texts = schema_texts()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in texts.keys() | found.keys() if texts.get(name) != found.get(name))


def write_schemas(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    texts = schema_texts()
    for path in folder.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the JSON Schemas of all MQTT payloads.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not current")
    if not parser.parse_args(argv).check:
        write_schemas()
        return 0
    stale = stale_schemas()
    if stale:
        print(f"not current: {', '.join(stale)}; run 'python -m edge.publish.schema'", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
