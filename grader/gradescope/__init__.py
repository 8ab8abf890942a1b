"""Gradescope: the autograder that is uploaded there (`make`), and what it does with a submission (`run`)."""
