"""What a run did, told by numbers alone, in channels: each with hypotheses of its own, and a name for the one that holds."""
