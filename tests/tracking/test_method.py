from __future__ import annotations

import pytest

from edge.config import ConfigError, TrackingConfig, parse
from edge.tracking.ball import BallTracker
from edge.tracking.bootstrap import BootstrapPlayerTracker
from edge.tracking.method import open_ball_tracker, open_player_tracker
from edge.tracking.paper import PaperPlayerTracker
from edge.tracking.paper_ball import PaperBallTracker
from edge.tracking.players import PlayerTracker


def test_the_settings_choose_the_method() -> None:
    ours, paper = TrackingConfig(), TrackingConfig(method="paper")
    assert isinstance(open_player_tracker(ours), PlayerTracker)
    assert isinstance(open_ball_tracker(ours), BallTracker)
    assert isinstance(open_player_tracker(paper), PaperPlayerTracker)
    assert isinstance(open_ball_tracker(paper), PaperBallTracker)
    assert isinstance(open_player_tracker(TrackingConfig(method="bootstrap")), BootstrapPlayerTracker)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"tracking\.method"):
        parse({"tracking": {"method": "kalman"}}, "here")
