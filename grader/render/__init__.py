"""Shows a report: in the terminal, and as a page. What is a learner's text is escaped here, and shown as text alone."""
