"""What colleagues decide about journeys: pause, resume, let in or out, move to another version."""
