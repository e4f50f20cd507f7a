from edge.publish.topics import Topics


def test_every_topic_stands_below_the_courts_prefix() -> None:
    topics = Topics("gym", "a")
    assert topics.prefix == "courtside/gym/a"
    assert topics.status == "courtside/gym/a/status"
    assert topics.stats_player(-3) == "courtside/gym/a/stats/player/-3"
    assert topics.command("ping") == "courtside/gym/a/cmd/ping"
    assert topics.reply == "courtside/gym/a/cmd/reply"
    assert topics.calibration == "courtside/gym/a/calibration"
    assert topics.form_alert == "courtside/gym/a/form/alert"
    assert topics.form_shot == "courtside/gym/a/form/shot"
    assert topics.stats_team("A") == "courtside/gym/a/stats/team/A"
    assert topics.stats_chart == "courtside/gym/a/stats/chart"
    assert topics.stats_passes == "courtside/gym/a/stats/passes"
    assert topics.any_stats == ("courtside/gym/a/stats/player/+", "courtside/gym/a/stats/team/+")
    assert topics.play == "courtside/gym/a/play"
