"""The encoder of a shot's form: model, augmentation, training in two phases, evaluation (paper 000, section 3)."""
