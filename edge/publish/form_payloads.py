"""What the messages about shooting form hold. Fingerprints and poses never leave the box; names and words do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from edge.publish.payloads import Count, Message, Part

_DISTANCE = "From the player's own shots: 1 is as far as 98 of 100 of them are at most."


class Fault(Part):
    """One way in which a shot differs from the usual ones."""

    part: str = Field(description="Of the body, as `shooting wrist`.")
    phase: Literal["gather", "dip", "lift", "set point", "release"]
    frame: int = Field(ge=0, le=63, description="Of the 64 from gather to release.")
    amount: float = Field(description="More (+) or less (-) than usual, in `unit`.")
    unit: Literal["cm", "deg", "s"]
    words: str = Field(description="What is different, and what to do.")


class FormAlert(Message):
    """Topic `form/alert`: a shot whose form deviates from the player's own: `new` within half a second of its release,
    `update` once the follow-through is over."""

    shot_id: str = Field(min_length=1)
    phase: Literal["new", "update"]
    release_time_s: float = Field(description="On the source's clock, as in `shot`.")
    player_id: int | None
    player: str = Field(description="The enrolled name.")
    distance: float = Field(ge=0, description=_DISTANCE)
    faults: list[Fault] = Field(description="The largest first; empty where no single part stands out.")
    advice: str = Field(description="One sentence or two for the player.")
    figures: dict[str, float] = Field(description="What was measured, by name with its unit.")


class FormShot(Message):
    """Topic `form/shot`: every shot whose form was looked at, in a word; not retained."""

    shot_id: str = Field(min_length=1)
    phase: Literal["new", "update"]
    player_id: int | None
    player: str | None = Field(description="null where nobody enrolled could be named.")
    verdict: Literal["consistent", "deviates", "abstain"]
    distance: float | None = Field(ge=0, description=_DISTANCE)
    reason: str = Field(description="Why nothing is said, where nothing is.")
    enrolled: Count | None = Field(description="How many shots an enrolment that goes on has, this one included.")
    drift: str = Field(description="Where the player's form has changed within this session; else empty.")
