"""Courses and their lessons: students read the catalogue, instructors write it."""
