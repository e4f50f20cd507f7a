"""Every MQTT topic of one court, built in one place: `courtside/<site>/<court>/...`."""

from __future__ import annotations

from dataclasses import dataclass

ROOT = "courtside"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one court. `site` and `court` hold letters, digits, `_` and `-` only (checked by the settings)."""

    site: str
    court: str

    @property
    def prefix(self) -> str:
        return f"{ROOT}/{self.site}/{self.court}"

    @property
    def status(self) -> str:
        return f"{self.prefix}/status"

    @property
    def health(self) -> str:
        return f"{self.prefix}/health"

    @property
    def source(self) -> str:
        return f"{self.prefix}/source"

    @property
    def calibration(self) -> str:
        return f"{self.prefix}/calibration"

    @property
    def shot(self) -> str:
        return f"{self.prefix}/shot"

    @property
    def play(self) -> str:
        return f"{self.prefix}/play"

    @property
    def live(self) -> str:
        return f"{self.prefix}/live"

    @property
    def form_alert(self) -> str:
        return f"{self.prefix}/form/alert"

    @property
    def form_shot(self) -> str:
        return f"{self.prefix}/form/shot"

    @property
    def stats(self) -> str:
        """What all topics of statistics begin with."""
        return f"{self.prefix}/stats/"

    @property
    def stats_session(self) -> str:
        return f"{self.stats}session"

    @property
    def stats_recent(self) -> str:
        return f"{self.stats}recent"

    @property
    def stats_chart(self) -> str:
        return f"{self.stats}chart"

    @property
    def stats_passes(self) -> str:
        return f"{self.stats}passes"

    def stats_player(self, player_id: int) -> str:
        return f"{self.stats}player/{player_id}"

    def stats_team(self, team: str) -> str:
        return f"{self.stats}team/{team}"

    @property
    def any_stats(self) -> tuple[str, str]:
        """Filters for what is retained of each player and each team."""
        return f"{self.stats}player/+", f"{self.stats}team/+"

    def command(self, name: str) -> str:
        return f"{self.prefix}/cmd/{name}"

    @property
    def any_command(self) -> str:
        """Filter for all commands; it matches `reply` as well, which the box sends itself."""
        return self.command("+")

    @property
    def reply(self) -> str:
        return self.command("reply")
