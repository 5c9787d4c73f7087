"""Staff: the people who work here, their roles and how they log in."""
