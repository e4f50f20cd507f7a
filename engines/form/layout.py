"""What goes into the encoder of form and what comes out, for those who train it and those who run it."""

FRAMES, JOINTS = 64, 17
POSE, PRESENT, DURATION = INPUTS = ("pose", "present", "duration_s")
"""(B, 64, 17, 2) float32, (B, 64, 17) float32 and (B,) float32."""
EMBEDDING = "embedding"
"""(B, D) float32 of unit length."""
SEEN, FILLED_IN, UNKNOWN = 1.0, 0.5, 0.0
"""Values of `present`: the joint was seen, was filled in between frames, is not known (its pose is ignored)."""
