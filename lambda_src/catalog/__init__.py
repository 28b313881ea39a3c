"""Courses and their lessons: the catalogue that students read and instructors write."""
