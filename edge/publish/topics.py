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
    def stats_session(self) -> str:
        return f"{self.prefix}/stats/session"

    @property
    def stats_recent(self) -> str:
        return f"{self.prefix}/stats/recent"

    def stats_player(self, player_id: int) -> str:
        return f"{self.prefix}/stats/player/{player_id}"

    def command(self, name: str) -> str:
        return f"{self.prefix}/cmd/{name}"

    @property
    def any_command(self) -> str:
        """Filter for all commands; it matches `reply` as well, which the box sends itself."""
        return self.command("+")

    @property
    def reply(self) -> str:
        return self.command("reply")
