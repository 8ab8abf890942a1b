"""Concept questions: drawn for each student, answered in a file, marked without torch.

    questions ──► sheet ──► answers ──► marking ──► report
     (course)     drawn     (a file)    by the key

What a student sees lies in `exercises`, what judges in `tests`: the two meet in the marking alone.
"""
