"""Takes submissions in as instructors have them: platforms' downloads, folders, zips in zips. Nothing is extracted to disk."""
