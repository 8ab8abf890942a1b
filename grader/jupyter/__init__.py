"""`%load_ext grader`: exercises graded, and their questions asked, in a Jupyter notebook.

    %%grade exercise_03     the cell below it is graded, and then run as any other
    %grade exercise_03      the learner's own file is graded
    %quiz exercise_03       the questions, with widgets where there are any

Nothing is judged inside the kernel, where a learner's code may have changed torch itself: a process beside it grades
(grader.jupyter.beside), and the confined process below that one runs what is graded.
"""
