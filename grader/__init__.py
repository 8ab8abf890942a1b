"""Descent: a course on torch.optim, and a grader that names the mistake."""
