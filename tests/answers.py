"""Further answers that a learner may write: (exercise, code, a piece of the English hint or None if it is right)."""

ANSWERS = [("2-count", "count = lambda model: sum(p.numel() for p in model.parameters())", None)]
