"""What runs in the learner's process: it imports torch and the standard library, and of ours only what stands here."""
