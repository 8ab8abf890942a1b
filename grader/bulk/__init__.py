"""Grading in bulk: a folder of submissions in, a gradebook out, and nothing lost on the way.

    submissions ──► intake ──► gradebook ──► grading ──► gradebook ──► exports, dashboard
     (a folder)     matched     what is        run,        reports       files for platforms
                                still to do    judged

The gradebook is the only thing that is written while grading goes on: whatever stops it, the next run goes on from there.
"""
