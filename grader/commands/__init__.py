"""What the commands do. Each returns its exit code."""
