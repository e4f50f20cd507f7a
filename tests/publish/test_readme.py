"""The README's examples are payloads that the box could send or take."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "edge" / "publish" / "schemas"
EXAMPLES = re.findall(r"^    courtside/home/court1/(\S+) (\{.*\})$", (ROOT / "README.md").read_text("utf-8"), re.M)


def schema_of(topic: str) -> dict:
    """The schema file that belongs to a topic."""
    first = topic.partition("/")[0]
    names = {"stats/recent": "recent-shots", "stats/chart": "shot-chart", "stats/passes": "pass-network"}
    names |= {"form/alert": "form-alert", "form/shot": "form-shot", "cmd/reply": "cmd-reply"}
    names |= {"cmd/ping": "cmd-request", "cmd/reset-stats": "cmd-request", "cmd/calibrate-undo": "cmd-request"}
    names |= {f"cmd/calibrate-{what}": f"cmd-calibrate-{what}" for what in ("rim", "court", "save")}
    return json.loads((SCHEMAS / f"{names.get(topic, first)}.json").read_text("utf-8"))


@pytest.mark.parametrize(("topic", "payload"), EXAMPLES, ids=[f"{k}-{topic}" for k, (topic, _) in enumerate(EXAMPLES)])
def test_the_example_fits_its_schema(topic: str, payload: str) -> None:
    assert list(Draft202012Validator(schema_of(topic)).iter_errors(json.loads(payload))) == []


def test_every_topic_has_an_example() -> None:
    shown = {topic.split("/")[0] for topic, _ in EXAMPLES}
    assert shown == {"status", "health", "source", "shot", "play", "stats", "live", "form", "cmd", "calibration"}
    assert len(EXAMPLES) >= 14
