"""Tables and the event bus."""
