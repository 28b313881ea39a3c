"""Course changes: what an edit of a course means for its students. Called by the stream of the courses table."""
