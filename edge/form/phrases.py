"""Words that a player can use for what is different about his shot."""

from __future__ import annotations

# From this on (1 = seen from the side) left and right in the picture are forward and back.
_FROM_THE_SIDE, _FROM_THE_FRONT = 0.5, 0.35
_LAST = 63
WHEN = {
    "gather": "at the gather", "dip": "in the dip", "lift": "on the way up", "set point": "at the set point",
    "release": "at the release",
}  # fmt: skip
_SETTLED, _LATE = 8, 57

# By part, phases (empty: all) and axis: what more and less of it is called, and what to do about more and about less.
# x from the side is forward, seen from in front it is outward; y is up.
_SIDE: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("hips", ""): ("you drift {} further forward", "you drift {} further back", "Jump straight up.",
                   "Go up, not away."),
    ("shoulders", ""): (
        "you lean {} further forward", "you lean {} further back", "Keep the chest up.", "Stay over your feet.",
    ),
    ("head", ""): ("head {} further forward", "head {} further back", "Head still, eyes on the rim.",
                   "Head still, eyes on the rim."),
    ("shooting elbow", ""): (
        "elbow {} further forward", "elbow {} further back", "Keep the elbow under the ball.",
        "Bring the elbow forward, under the ball.",
    ),
    ("shooting wrist", "release"): (
        "release further out: wrist {} further forward", "release further back: wrist {} further back",
        "Let go above the eyes, not out in front.", "Let go in front of the head.",
    ),
    ("shooting wrist", ""): (
        "ball {} further from the body", "ball {} further back", "Keep the ball close on its way up.",
        "Bring the ball up in front of the face.",
    ),
    ("guide wrist", ""): ("guide hand {} further forward", "guide hand {} further back",
                          "Keep the guide hand on the side of the ball.",
                          "Keep the guide hand on the side of the ball."),
    ("knees", ""): ("knees {} further forward", "knees {} further back", "Sit back a little in the dip.",
                    "Bend the knees more."),
}  # fmt: skip
_FRONT: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("hips", ""): ("you drift {} to the shooting side", "you drift {} to the other side", "Land where you took off.",
                   "Land where you took off."),
    ("shoulders", ""): ("you lean {} to the shooting side", "you lean {} to the other side", "Shoulders level.",
                        "Shoulders level."),
    ("shooting elbow", ""): ("elbow {} further out", "elbow {} further in", "Keep the elbow under the ball.",
                             "Leave the elbow room: under the ball, not across."),
    ("shooting wrist", ""): ("wrist {} further out", "wrist {} further in", "Hand behind the ball, towards the rim.",
                             "Hand behind the ball, towards the rim."),
    ("guide elbow", ""): ("guide elbow {} further in", "guide elbow {} further out", "Relax the guide arm.",
                          "Relax the guide arm."),
    ("guide wrist", ""): ("guide hand {} further across", "guide hand {} further away",
                          "Keep the guide hand on the side of the ball.",
                          "Keep the guide hand on the ball until you let go."),
}  # fmt: skip
_UP: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("hips", "dip"): ("you dip {} less", "you dip {} deeper", "Bend the knees more.", "Do not sink so deep."),
    ("hips", "release"): ("you are {} higher off the floor", "you are {} lower", "Let go a little earlier.",
                          "Jump before you let go."),
    ("hips", ""): ("hips {} higher", "hips {} lower", "Bend the knees more.", "Come up with the ball."),
    ("head", ""): ("chin {} higher", "chin {} lower", "Head level.", "Eyes up, on the rim."),
    ("shooting elbow", ""): ("elbow {} higher", "elbow {} lower", "Let the elbow come up later.", "Lift the elbow."),
    ("shooting wrist", "release"): (
        "release higher: wrist {} higher", "release lower: wrist {} lower", "Let go a little earlier.",
        "Reach up before you let go.",
    ),
    ("shooting wrist", "set point"): ("set point {} higher", "set point {} lower", "Set the ball at the forehead.",
                                      "Bring the ball up to the forehead."),
    ("shooting wrist", ""): ("ball {} higher", "ball {} lower", "Begin the lift later.", "Begin the lift earlier."),
    ("guide wrist", ""): ("guide hand {} higher", "guide hand {} lower", "Keep the guide hand on the side of the ball.",
                          "Keep the guide hand on the ball until you let go."),
}  # fmt: skip


def phases(set_frame: int) -> list[tuple[str, int, int]]:
    """Name, first and last frame of each, from the set point's: 0 to 63 without gaps."""
    at = min(max(set_frame, _SETTLED + 12), _LATE - 4)
    lift = _SETTLED + (at - _SETTLED) // 2
    return [
        ("gather", 0, _SETTLED), ("dip", _SETTLED + 1, lift), ("lift", lift + 1, at - 4),
        ("set point", at - 3, min(at + 3, _LATE - 1)), ("release", min(at + 4, _LATE), _LAST),
    ]  # fmt: skip


def launch_phrase(deg: float) -> str:
    """deg: steeper (+) or flatter (-) than usual."""
    if deg < 0:
        return f"The ball leaves {-deg:.0f} degrees flatter than usual. Push up through the ball, finish high."
    return f"The ball leaves {deg:.0f} degrees steeper than usual. Send it towards the rim, not only up."


def phrase(part: str, phase: str, axis: int, cm: float, facing: float, outward: float) -> tuple[str, str] | None:
    """What is different (without `than usual`) and what to do about it; None where that view has no words for it.

    axis 0: x, forward where `facing` says so, or outward; 1: y, up. cm: more (+) or less (-) of it."""
    if axis == 1:
        table, amount = _UP, cm
    elif facing >= _FROM_THE_SIDE:
        table, amount = _SIDE, cm
    elif abs(facing) <= _FROM_THE_FRONT:
        table, amount = _FRONT, cm * outward
    else:
        return None
    row = table.get((part, phase)) or table.get((part, ""))
    if row is None:
        return None
    more, less, mend_more, mend_less = row
    size = f"{abs(cm):.0f} cm"
    said = (more if amount > 0 else less).format(size)
    return said[0].upper() + said[1:], mend_more if amount > 0 else mend_less
