from __future__ import annotations

import cv2
import numpy as np

from edge.vision.scene import SceneWatcher, apply


def hall(seed: int, width: int = 960, height: int = 540) -> np.ndarray:
    """A picture with corners to hold on to: random rectangles."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 90, np.uint8)
    for _ in range(120):
        x, y = rng.integers(0, (width, height))
        w, h = rng.integers(15, 90, 2)
        cv2.rectangle(image, (int(x), int(y)), (int(x + w), int(y + h)), rng.integers(0, 255, 3).tolist(), -1)
    return image


def shifted(image: np.ndarray, dx: float, dy: float) -> np.ndarray:
    move = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])
    return cv2.warpAffine(image, move, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REFLECT)


def test_the_first_frame_begins_a_scene_and_the_same_frame_goes_on() -> None:
    watcher, image = SceneWatcher(moving=False), hall(0)
    assert watcher.update(image).cut
    assert not any(watcher.update(image).cut for _ in range(5))


def test_another_place_is_a_cut() -> None:
    watcher = SceneWatcher(moving=True)
    for _ in range(8):
        watcher.update(hall(0))
    assert watcher.update(hall(1)).cut
    assert not watcher.update(hall(1)).cut


def test_a_person_who_walks_is_no_cut_but_one_who_jumps_is() -> None:
    watcher = SceneWatcher(moving=False)
    cuts = []
    for k in range(40):
        image = hall(0)
        x = 100 + 4 * k if k < 30 else 700
        cv2.rectangle(image, (x, 200), (x + 70, 420), (250, 250, 250), -1)
        cuts.append(watcher.update(image).cut)
    assert [k for k, cut in enumerate(cuts) if cut] == [0, 30]


def test_a_moving_camera_is_followed_to_a_pixel_without_drift() -> None:
    watcher, image = SceneWatcher(moving=True), hall(2)
    watcher.update(image)
    for k in range(1, 60):
        dx, dy = 25 * np.sin(k / 9), 12 * np.cos(k / 7) - 12
        change = watcher.update(shifted(image, dx, dy))
        assert not change.cut
        back = apply(change.key_from_now, [500 + dx, 300 + dy])
        assert np.hypot(*(back - [500, 300])) < 1.5
