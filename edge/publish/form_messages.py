"""From reports on form to the payloads that leave the box, and how Home Assistant learns of them."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np

from edge.publish.form_payloads import Fault, FormAlert, FormShot
from edge.publish.topics import Topics
from edge.types import FormReport

WHOLE = "The whole motion was unusual."


def alert(report: FormReport, time: datetime) -> FormAlert:
    """Of a report that deviates, of somebody who is known."""
    assert report.player is not None
    assert report.distance is not None
    faults = [
        Fault(
            part=one.joint, phase=one.phase, frame=one.frame, amount=round(one.amount, 2), unit=one.unit,
            words=one.words,
        )
        for one in report.faults
    ]  # fmt: skip
    return FormAlert(
        time=time,
        shot_id=report.shot_id,
        phase=report.phase,
        release_time_s=round(report.release_time_s, 4),
        player_id=report.player_id,
        player=report.player,
        distance=round(report.distance, 3),
        faults=faults,
        advice=faults[0].words if faults else WHOLE,
        figures={name: round(value, 3) for name, value in report.scalars.items() if np.isfinite(value)},
    )


def shot(report: FormReport, time: datetime) -> FormShot:
    return FormShot(
        time=time,
        shot_id=report.shot_id,
        phase=report.phase,
        player_id=report.player_id,
        player=report.player,
        verdict=report.verdict,
        distance=None if report.distance is None else round(report.distance, 3),
        reason=report.reason,
        enrolled=report.enrolled,
        drift=report.drift,
    )


def discovery(topics: Topics, prefix: str) -> tuple[str, bytes]:
    """Topic and payload by which Home Assistant finds the alerts as a sensor of this court (MQTT discovery): its state
    is the advice, its attributes are the whole message."""
    name = f"courtside_{topics.site}_{topics.court}"
    told = {
        "name": "Form alert",
        "unique_id": f"{name}_form_alert",
        "object_id": f"{name}_form_alert",
        "icon": "mdi:basketball",
        "state_topic": topics.form_alert,
        "value_template": "{{ value_json.player }}: {{ value_json.advice | truncate(200) }}",
        "json_attributes_topic": topics.form_alert,
        "availability_topic": topics.status,
        "availability_template": "{{ 'online' if value_json.state == 'online' else 'offline' }}",
        "device": {
            "identifiers": [name],
            "name": f"courtside {topics.court}",
            "manufacturer": "courtside",
            "suggested_area": topics.site,
        },
        "origin": {"name": "courtside"},
    }
    return f"{prefix}/sensor/{name}/form_alert/config", json.dumps(told).encode()
