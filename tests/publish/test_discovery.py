"""Home Assistant's discovery of the form alerts."""

from __future__ import annotations

import json

from edge.publish.form_messages import discovery
from edge.publish.topics import Topics


def test_home_assistant_learns_of_the_alerts_of_this_court() -> None:
    topic, payload = discovery(Topics("gym", "a"), "homeassistant")
    told = json.loads(payload)
    assert topic == "homeassistant/sensor/courtside_gym_a/form_alert/config"
    assert told["state_topic"] == told["json_attributes_topic"] == "courtside/gym/a/form/alert"
    assert told["availability_topic"] == "courtside/gym/a/status"
    assert told["unique_id"] == "courtside_gym_a_form_alert"
    assert told["device"]["identifiers"] == ["courtside_gym_a"]
