"""What acts know of people: the context a task carries, what a letter may say, what would fit somebody."""
