import numpy as np
import pytest

from edge.vision.appearance import AppearanceEncoder, upper_body_colours
from engines.backend import Engine, EngineError, TensorSpec, open_engine
from engines.zoo import find, locate
from tests.vision.fakes import FakeEngine, brightest_blob_picodet

NETWORK = find("efficientnet-lite0")


def _encoder() -> AppearanceEncoder:
    outputs = (TensorSpec("embedding", (1, 8), "float32"), TensorSpec("logits", (1, 1000), "float32"))
    engine: Engine = FakeEngine(
        TensorSpec("images", (1, 3, 256, 128), "float32"),
        outputs,
        lambda tensor: {"embedding": np.ones((1, 8), np.float32), "logits": np.zeros((1, 1000), np.float32)},
    )
    return AppearanceEncoder(NETWORK, engine)


def _shirts(*colours: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """People 60 x 160 px side by side in shirts of these BGR colours, and their boxes."""
    image = np.full((200, 100 * len(colours), 3), 90, np.uint8)
    for index, colour in enumerate(colours):
        image[40:110, 100 * index + 20 : 100 * index + 80] = colour
    boxes = [[100 * index + 20, 20, 100 * index + 80, 180] for index in range(len(colours))]
    return image, np.array(boxes, np.float32)


def test_vectors_have_unit_norm_and_the_stated_size() -> None:
    encoder = _encoder()
    vectors = encoder.embed(*_shirts((0, 0, 200), (200, 0, 0)))
    assert vectors.shape == (2, encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_the_same_shirt_is_nearer_than_another() -> None:
    vectors = _encoder().embed(*_shirts((0, 0, 200), (200, 0, 0), (0, 0, 200)))
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1] + 0.2


def test_a_box_outside_the_frame_still_gives_a_vector() -> None:
    image, _ = _shirts((0, 0, 200))
    vectors = _encoder().embed(image, np.array([[-50, -50, -10, -10], [90, 190, 400, 400]], np.float32))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_colours_are_those_of_the_shirt() -> None:
    crop = np.zeros((100, 40, 3), np.uint8)
    crop[15:55] = (0, 0, 255)
    shirt_only = np.full((100, 40, 3), (0, 0, 255), np.uint8)
    assert upper_body_colours(crop) @ upper_body_colours(shirt_only) == pytest.approx(1, abs=1e-5)


def test_the_shipped_network_tells_a_texture_from_another() -> None:
    rng = np.random.default_rng(0)
    engine = open_engine(locate(NETWORK), "onnxruntime")
    stripes = np.zeros((200, 100, 3), np.uint8)
    stripes[::10] = 200
    spots = rng.integers(0, 255, (200, 100, 3), dtype=np.uint8)
    encoder = AppearanceEncoder(NETWORK, engine)
    box = np.array([[10, 10, 90, 190]], np.float32)
    same = encoder.embed(stripes, box) @ encoder.embed(stripes, box + 2).T
    other = encoder.embed(stripes, box) @ encoder.embed(spots, box).T
    assert same > other
    engine.close()


def test_a_detector_is_no_appearance_network() -> None:
    network = find("picodet-s-640")
    with pytest.raises(EngineError, match="gives no embedding"):
        AppearanceEncoder(network, brightest_blob_picodet(network, 0))
