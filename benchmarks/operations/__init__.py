"""A request of each operation of the API, and the items that it finds in the tables."""
