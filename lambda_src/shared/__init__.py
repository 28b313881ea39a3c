"""What several functions use: HTTP, callers, permissions, configuration, clients, courses.

Nothing in here belongs to one function alone, and nothing in here imports a function.
"""
